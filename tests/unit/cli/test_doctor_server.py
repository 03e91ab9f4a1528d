"""`nelm doctor --server`: what works, what is offered, and where each setting came from."""

from pathlib import Path

import pytest
from tests.servers.local import Local, Reply, answers, bundle, outcome
from tests.servers.smart import Keys, Smart, secret
from tests.unit.cli.run import nelm

pytestmark = pytest.mark.usefixtures("loopback")
WRITES = {"interaction": [{"code": "create"}, {"code": "update"}], "conditionalCreate": True}
SEARCHED = {"searchParam": [{"name": "identifier"}, {"name": "patient"}, {"name": "subject"}]}
STATEMENT = {
    "resourceType": "CapabilityStatement",
    "fhirVersion": "4.0.1",
    "software": {"name": "Test server"},
    "rest": [
        {
            "mode": "server",
            "interaction": [{"code": "transaction"}],
            "operation": [{"name": "export"}],
            "resource": [
                {"type": "Patient", "operation": [{"name": "everything"}]},
                {
                    "type": "RiskAssessment",
                    "interaction": [
                        *WRITES["interaction"],
                        {"code": "read"},
                        {"code": "search-type"},
                    ],
                    "conditionalCreate": True,
                    **SEARCHED,
                },
                {"type": "Communication", "interaction": [{"code": "create"}]},
            ],
        }
    ],
}


def fhir(statement=STATEMENT, search=None):
    def answering(asked):
        if asked.path.endswith("/metadata"):
            return Reply(200, statement)
        return search(asked) if search else bundle()

    return answering


def said(done):
    """Every line of the part about the server."""
    text = done.stdout.partition("SERVER")[2]
    return [line.strip() for line in text.splitlines() if line.strip()]


def test_a_server_that_works_is_told_with_all_that_it_offers(tmp_path):
    with Local(fhir()) as server:
        done = nelm("doctor", "--server", server.base)
    assert done.exit_code == 0, done.output
    lines = said(done)
    assert lines[1:] == [
        f"✓ --server: {server.base} (option)",
        "✓ --patience: 120 seconds (default)",
        "✓ Server: Test server says what it offers",
        "✓ FHIR version: 4.0.1",
        "✓ Sign-in: none",
        "✓ Search: by POST, which keeps values out of addresses",
        "✓ $everything: offered",
        "✓ $export: system",
        "✓ transaction: offered",
        "– batch: not offered",
        "✓ RiskAssessment: create, update, conditional create",
        "– Observation: not written here",
        "– DocumentReference: not written here",
        "✓ Communication: create",
        "– Basic: not written here",
        "✓ Results: would be written as risk-assessment",
    ]


@pytest.mark.parametrize("kind", ["RSA", "EC"])
def test_a_sign_in_is_told_with_its_exact_aud_key_and_scopes(tmp_path, kind):
    keys = Keys(tmp_path, kind)
    with Smart(keys.registered(), fhir()) as smart:
        smart.scopes = ("system/Patient.rs", "system/Condition.rs")
        done = nelm(
            "doctor", "--server", smart.base, "--client-id", "our-client", "--key-file",
            str(keys.file), "--key-id", "key-1", "--scope",
            "system/Patient.rs system/Basic.cud", env={"COLUMNS": "120"},
        )  # fmt: skip
    assert done.exit_code == 0, done.output
    lines = said(done)
    assert f"✓ aud of our assertions: {smart.token_url}" in lines
    assert f"✓ Client: our-client, key key-1, {keys.algorithm}" in lines
    assert "✓ Sign-in: a token for 300 seconds" in lines
    assert "✓ Scopes granted: system/Patient.rs" in lines
    assert "– Scopes asked for and not granted: system/Basic.cud" in lines
    assert "✓ Server: Test server says what it offers, which it does only with a sign-in" in lines


def test_a_sign_in_that_fails_is_told_with_what_the_server_must_expect(tmp_path):
    keys = Keys(tmp_path, "EC")
    with Smart({}, fhir()) as smart:
        done = nelm(
            "doctor", "--server", smart.base, "--client-id", "us", "--key-file", str(keys.file),
            "--key-id", "k", env={"COLUMNS": "120"},
        )  # fmt: skip
    assert done.exit_code == 12
    assert "✗ Server: The token endpoint refused the client with 400 (invalid_client)." in said(
        done
    )
    assert f"aud {smart.token_url}" in " ".join(said(done))
    assert "CANARY" not in done.output


def test_each_setting_is_told_with_its_source_and_no_secret(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    token, key = secret(tmp_path / "t", "SECRETTOKEN"), secret(tmp_path / "k", "SECRETKEY")
    with Local(fhir()) as server:
        Path("nelm.toml").write_text(
            f'[server]\nserver = "{server.base}"\n[doctor]\ntoken-file = "{token.name}"\n'
        )
        done = nelm(
            "doctor", "--header", "X-Plain: SECRETVALUE",
            "--header", f"X-Api-Key: @{key.name}", env={"NELM_PATIENCE": "7"},
        )  # fmt: skip
    assert done.exit_code == 0, done.output
    lines = said(done)
    assert f"✓ --server: {server.base} (nelm.toml)" in lines
    assert "✓ --token-file: t (nelm.toml)" in lines
    assert "✓ --header: X-Plain, X-Api-Key (option)" in lines
    assert "✓ --patience: 7 seconds (environment)" in lines
    assert "✓ Sign-in: token of t" in lines
    assert "SECRET" not in done.output
    assert server.seen("X-Api-Key")[0] == "SECRETKEY"
    assert server.seen("Authorization") == ["Bearer SECRETTOKEN"]


WRONG = {
    "not there": (None, "The connection to the server failed."),
    "a portal": (answers(Reply(200, b"<html>", {"Content-Type": "text/html"})), "(HTML)"),
    "another address": (answers(Reply(404)), "404 Not Found"),
    "a sign-in needed": (answers(outcome(401, "login")), "401 Unauthorized"),
    "another version": (fhir({**STATEMENT, "fhirVersion": "5.0.0"}), "FHIR version: 5.0.0"),
    "no search": (fhir(search=lambda _asked: outcome(403, "forbidden")), "403 Forbidden"),
}


@pytest.mark.parametrize(("answering", "told"), WRONG.values(), ids=WRONG)
def test_what_does_not_work_is_told_with_a_remedy_and_its_own_exit_code(answering, told):
    with Local(answering or answers(Reply(200))) as server:
        base = server.base
        if answering:
            done = nelm("doctor", "--server", base, "--patience", "0")
    if not answering:
        done = nelm("doctor", "--server", base, "--patience", "0")
    assert done.exit_code == 12
    assert told in done.stdout
    assert "✗" in done.stdout
    assert "cannot be worked with" in done.stderr


def test_what_may_be_a_surprise_is_told_without_failing():
    elsewhere = {**STATEMENT, "implementation": {"url": "https://inside.example/fhir"}}
    only_get = fhir(elsewhere, lambda asked: bundle() if asked.method == "GET" else Reply(405))
    with Local(only_get) as server:
        done = nelm("doctor", "--server", server.base, env={"COLUMNS": "120"})
    assert done.exit_code == 0
    lines = " ".join(said(done))
    assert "– Own address: the server calls itself https://inside.example/fhir" in lines
    assert "– Search: by GET only" in lines


def test_a_token_on_an_open_way_is_pointed_out(tmp_path):
    token = secret(tmp_path / "t", "abc")
    with Local(fhir()) as server:
        done = nelm("doctor", "--server", server.base, "--token-file", str(token))
    assert "– Way: http: token and records can be read on their way" in said(done)


def test_a_token_that_everybody_can_read_ends_the_check(tmp_path):
    token = secret(tmp_path / "t", "abc")
    token.chmod(0o644)
    with Local(fhir()) as server:
        done = nelm("doctor", "--server", server.base, "--token-file", str(token))
    assert done.exit_code == 12
    assert "chmod 600" in done.stdout
    assert server.seen("Authorization") == []
