"""TLS: whom we trust, and the certificate that we show."""

import pytest
from tests.servers.certificates import Authority
from tests.servers.local import Local, Reply, answers

from nelm_fhir.errors import ExchangeError, ServerRefused
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.patience import NONE
from nelm_fhir.exchange.server import Server

pytestmark = pytest.mark.usefixtures("loopback")
OK = Reply(200, {"resourceType": "Patient"})


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


def test_a_server_of_a_given_authority_is_trusted(authority):
    with Local(answers(OK), tls=authority.context()) as server:
        settings = Server(server.base, ca_file=authority.file, patience=NONE)
        with Client(settings) as client:
            assert client.get("Patient/p1").status == 200


@pytest.mark.parametrize("given", [None, "another"])
def test_a_server_of_an_unknown_authority_is_never_asked(authority, tmp_path, given):
    ca_file = Authority(tmp_path, "another").file if given else None
    with Local(answers(OK), tls=authority.context()) as server:
        settings = Server(server.base, ca_file=ca_file)
        with Client(settings) as client, pytest.raises(ServerRefused, match="--ca-file"):
            client.get("Patient/p1")
    assert server.asked == []


def test_the_authority_of_the_command_comes_before_that_of_the_environment(
    authority, tmp_path, monkeypatch
):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(Authority(tmp_path, "another").file))
    with Local(answers(OK), tls=authority.context()) as server:
        settings = Server(server.base, ca_file=authority.file)
        with Client(settings) as client:
            assert client.get("Patient/p1").status == 200


def test_a_client_certificate_is_shown_where_it_is_asked_for(authority):
    cert, key = authority.signed("client")
    with Local(answers(OK), tls=authority.context(asks_clients=True)) as server:
        settings = Server(
            server.base, client_cert=cert, client_key=key, ca_file=authority.file, patience=NONE
        )
        with Client(settings) as client:
            assert client.get("Patient/p1").status == 200
        one_file = cert.with_name("both.pem")
        one_file.write_bytes(cert.read_bytes() + key.read_bytes())
        one_file.chmod(0o600)
        settings = Server(server.base, client_cert=one_file, ca_file=authority.file, patience=NONE)
        with Client(settings) as client:
            assert client.get("Patient/p1").status == 200


def test_without_the_certificate_that_it_asks_for_the_server_says_nothing(authority):
    with Local(answers(OK), tls=authority.context(asks_clients=True)) as server:
        settings = Server(server.base, ca_file=authority.file, patience=NONE)
        with Client(settings) as client, pytest.raises(ExchangeError):
            client.get("Patient/p1")
    assert server.asked == []


def test_the_client_certificate_is_not_shown_to_hosts_of_files(authority):
    """The host asks for a certificate: with ours shown it would answer."""
    cert, key = authority.signed("client")
    with Local(answers(OK), tls=authority.context(asks_clients=True)) as files:
        settings = Server(
            "https://127.0.0.1:1/fhir",
            file_origins=frozenset({files.origin}),
            client_cert=cert,
            client_key=key,
            ca_file=authority.file,
            patience=NONE,
        )
        with Client(settings) as client, pytest.raises(ExchangeError):
            list(client.stream(f"{files.origin}/1.ndjson", token=False))
    assert files.asked == []


def test_a_key_that_everybody_can_read_is_refused(authority):
    cert, key = authority.signed("client")
    key.chmod(0o644)
    with pytest.raises(ExchangeError, match="can be read by everybody"):
        Client(Server("https://127.0.0.1:1/fhir", client_cert=cert, client_key=key))


def test_a_certificate_that_is_not_there_is_told(authority, tmp_path):
    with pytest.raises(ExchangeError, match="No such file"):
        Client(Server("https://127.0.0.1:1/fhir", client_cert=tmp_path / "none.pem"))


def test_an_authority_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ServerRefused, match="--ca-file"):
        Client(Server("https://127.0.0.1:1/fhir", ca_file=tmp_path / "none.pem"))
