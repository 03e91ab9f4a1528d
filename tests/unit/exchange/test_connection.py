"""What goes out with a request, what the environment may change, and what redirects may do."""

import logging

import pytest
from tests.servers.local import Local, Reply, answers, bundle
from tests.servers.smart import secret

from nelm_fhir.errors import AuthFailed, ServerRefused, ServerUnavailable
from nelm_fhir.exchange.auth import Bearer
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.patience import NONE
from nelm_fhir.exchange.server import Server

pytestmark = pytest.mark.usefixtures("loopback")
OK = Reply(200, {"resourceType": "Patient"})


@pytest.fixture
def bearer(tmp_path):
    return Bearer(secret(tmp_path / "token", "abc.DEF-1\n"))


def test_the_token_of_a_file_is_sent(bearer):
    with Local(answers(OK)) as server, Client(Server(server.base, auth=bearer)) as client:
        client.get("Patient/p1")
    assert server.seen("Authorization") == ["Bearer abc.DEF-1"]


def test_a_token_that_was_renewed_in_its_file_is_read_again_after_a_401(bearer):
    def answering(asked):
        return OK if asked.headers["Authorization"] == "Bearer new" else Reply(401)

    with Local(answering) as server, Client(Server(server.base, auth=bearer)) as client:
        client.tokens.current()
        bearer.token_file.write_text("new")
        assert client.get("Patient/p1").status == 200
    assert server.seen("Authorization") == ["Bearer abc.DEF-1", "Bearer new"]


def test_a_token_that_is_refused_and_was_not_renewed_is_sent_once(bearer):
    with (
        Local(answers(Reply(401))) as server,
        Client(Server(server.base, auth=bearer)) as client,
        pytest.raises(AuthFailed),
    ):
        client.get("Patient/p1")
    assert len(server.asked) == 1


@pytest.mark.parametrize("text", ["", "two words", "Bearer abc", "abc\nX-Evil: 1", "äbc", '"abc"'])
def test_a_token_file_that_holds_something_else_is_refused_before_anything_is_sent(tmp_path, text):
    auth = Bearer(secret(tmp_path / "token", text))
    with (
        Local(answers(OK)) as server,
        Client(Server(server.base, auth=auth)) as client,
        pytest.raises(AuthFailed) as error,
    ):
        client.get("Patient/p1")
    assert server.asked == []
    assert "abc" not in str(error.value)


@pytest.mark.parametrize("mode", [0o604, 0o644, 0o602, 0o777])
def test_a_token_that_everybody_can_read_is_refused(bearer, mode):
    bearer.token_file.chmod(mode)
    with (
        Client(Server("http://127.0.0.1:1", auth=bearer)) as client,
        pytest.raises(AuthFailed, match=r"can be read by everybody.*chmod 600"),
    ):
        client.tokens.current()


def test_a_token_file_that_is_not_there_is_told(tmp_path):
    with (
        Client(Server("http://127.0.0.1:1", auth=Bearer(tmp_path / "none"))) as client,
        pytest.raises(AuthFailed, match="No such file"),
    ):
        client.tokens.current()


def test_headers_of_the_site_go_with_every_request(bearer):
    own = {"Epic-Client-ID": "17", "X-MS-AZUREFHIR-AUDIT-SOURCE": "nelm"}
    with (
        Local(answers(bundle())) as server,
        Client(Server(server.base, auth=bearer, headers=own)) as client,
    ):
        client.search("Condition", [("code", "x")])
        client.get("Patient/p1")
    for name, value in own.items():
        assert server.seen(name) == [value, value]


def test_netrc_never_puts_a_password_over_our_token_or_beside_it(bearer, tmp_path, monkeypatch):
    netrc = secret(tmp_path / ".netrc", "machine 127.0.0.1 login jane password wrong\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    with Local(answers(OK)) as server:
        for auth in ({"auth": bearer}, {}):
            with Client(Server(server.base, **auth)) as client:
                client.get("Patient/p1")
    assert server.seen("Authorization") == ["Bearer abc.DEF-1"]


def test_the_proxy_of_the_environment_is_used(monkeypatch):
    with Local(answers(OK)) as proxy:
        monkeypatch.setenv("http_proxy", proxy.origin)
        with Client(Server("http://ehr.example/fhir")) as client:
            assert client.get("Patient/p1").status == 200
    assert proxy.asked[0].target == "http://ehr.example/fhir/Patient/p1"


def test_a_proxy_that_is_not_there_is_told(monkeypatch):
    with Local(answers(OK)) as proxy:
        gone = proxy.origin
    monkeypatch.setenv("https_proxy", gone)
    with (
        Client(Server("https://ehr.example/fhir", patience=NONE)) as client,
        pytest.raises(ServerUnavailable, match="proxy"),
    ):
        client.get("Patient/p1")


def test_cookies_are_not_kept():
    cookie = Reply(200, {"a": 1}, {"Set-Cookie": "session=1; Path=/"})
    with Local(answers(cookie)) as server, Client(Server(server.base)) as client:
        client.get("Patient/p1")
        client.get("Patient/p1")
    assert server.seen("Cookie") == []


def test_the_library_below_logs_no_address(caplog):
    caplog.set_level(logging.DEBUG)
    with Local(answers(OK)) as server, Client(Server(server.base)) as client:
        client.get("Patient/jane-doe")
    assert "jane" not in caplog.text


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_read_follows_redirects_within_its_origin(bearer, status):
    moved = Reply(status, headers={"Location": "/fhir/r4/Patient/p1"})
    with (
        Local(answers(moved, OK)) as server,
        Client(Server(server.base, auth=bearer)) as client,
    ):
        assert client.get("Patient/p1").status == 200
    assert [asked.target for asked in server.asked] == ["/fhir/Patient/p1", "/fhir/r4/Patient/p1"]
    assert server.seen("Authorization") == ["Bearer abc.DEF-1"] * 2


def test_redirects_end_after_a_few():
    def answering(asked):
        return Reply(302, headers={"Location": f"{asked.target}1"})

    with (
        Local(answering) as server,
        Client(Server(server.base)) as client,
        pytest.raises(ServerRefused, match="over and over"),
    ):
        client.get("Patient/1")
    assert len(server.asked) == 4


@pytest.mark.parametrize("status", [307, 308])
def test_a_search_keeps_its_method_and_form_through_a_redirect(status):
    moved = Reply(status, headers={"Location": "/fhir/r4/Condition/_search"})
    with Local(answers(moved, bundle())) as server, Client(Server(server.base)) as client:
        client.search("Condition", [("code", "x")])
    assert [(asked.method, asked.form) for asked in server.asked] == [("POST", {"code": "x"})] * 2


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_search_never_becomes_a_get_by_a_redirect(status):
    moved = Reply(status, headers={"Location": "/fhir/r4/Condition?code=x"})
    with (
        Local(answers(moved, bundle())) as server,
        Client(Server(server.base)) as client,
        pytest.raises(ServerRefused, match=f"with {status}"),
    ):
        client.search("Condition", [("code", "x")])
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_write_follows_no_redirect(method, status):
    moved = Reply(status, headers={"Location": "/fhir/r4/Basic"})
    with (
        Local(answers(moved, Reply(201))) as server,
        Client(Server(server.base)) as client,
        pytest.raises(ServerRefused, match=f"with {status}"),
    ):
        client.send(method, "Basic", {"a": 1}, accept={200, 201}, repeatable=False)
    assert len(server.asked) == 1


def test_a_redirect_that_the_caller_accepts_is_an_answer():
    moved = Reply(301, headers={"Location": "/fhir/Patient/other"})
    with Local(answers(moved)) as server, Client(Server(server.base)) as client:
        answer = client.get("Patient/p1/$everything", accept={200, 301})
    assert (answer.status, answer.headers["location"]) == (301, "/fhir/Patient/other")


def test_a_header_that_would_end_its_line_is_refused():
    with (
        Local(answers(OK)) as server,
        Client(Server(server.base, headers={"X-Key": "a\r\nX-Evil: 1"})) as client,
        pytest.raises(ServerRefused, match="cannot be written as HTTP"),
    ):
        client.get("Patient/p1")
    assert server.asked == []
