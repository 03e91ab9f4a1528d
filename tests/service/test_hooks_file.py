"""The file of subscriptions as `nelm serve --hooks` reads it: what it may say, and what not."""

from pathlib import Path

import pytest
from tests.unit.cli.run import nelm

from nelm_fhir.cli.serve_hooks import hooks_of

pytestmark = pytest.mark.usefixtures("loopback")
NOTHING = {"write": False, "strategy": None, "category": None, "document_type": None}
RATES = {"hook_rate": 10, "hook_settle": 1.0}
GOOD = """
[[subscription]]
name = "conditions"
id = "123"
criteria = "Condition?"
header = "X-Hook"
secret-file = "{secret}"
full-resource = true
heartbeat-seconds = 60
"""


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.touch(mode=0o600)
    path.write_text("s3cret\n")
    return path


def file_of(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "hooks.toml"
    path.write_text(text)
    return path


def test_a_subscription_is_read_with_its_secret(tmp_path, secret):
    values = {**NOTHING, **RATES, "hooks_file": file_of(tmp_path, GOOD.format(secret=secret))}
    with hooks_of(values, object(), None, object()) as hooks:  # type: ignore[arg-type]
        (hook,) = hooks.hooks
    assert (hook.name, hook.subscription, hook.criteria) == ("conditions", "123", "Condition?")
    assert (hook.secret, hook.believes, hook.heartbeat) == ("s3cret", True, 60.0)
    assert (hooks.per_minute, hooks.settle, hooks.write) == (10, 1.0, None)
    assert "s3cret" not in repr(hooks)
    assert values == {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[subscription]]\nname = 'a b'", "its name"),
        ("[[subscription]]\nname = 'a'\n[[subscription]]\nname = 'a'", "same name"),
        ("[[subscription]]\nname = 'a'\nsecret = 'in the clear'", "secret is no key"),
        ("[[subscription]]\nname = 'a'\nfull-resource = true", "need each other"),
        ("[[subscription]]\nname = 'a'\nheader = 'X-Hook'", "need each other"),
        ("[[subscription]]\nname = 'a'\nheartbeat-seconds = 'often'", "another type"),
        ("[subscription]\nname = 'a'", "holds no"),
        ("= nonsense", "TOML"),
    ],
)
def test_what_a_file_of_subscriptions_cannot_say_is_refused(tmp_path, text, told):
    path = file_of(tmp_path, text)
    more = ("--server", "http://127.0.0.1:9/fhir", "--ledger", str(tmp_path / "ledger"))
    done = nelm("serve", "--port", "0", "--hooks", str(path), *more)
    assert done.exit_code == 2
    assert told in " ".join(done.stderr.split())


def test_a_secret_that_everybody_can_read_is_refused(tmp_path, secret):
    secret.chmod(0o644)
    path = file_of(tmp_path, GOOD.format(secret=secret))
    more = ("--server", "http://127.0.0.1:9/fhir", "--ledger", str(tmp_path / "ledger"))
    done = nelm("serve", "--port", "0", "--hooks", str(path), *more)
    assert done.exit_code == 12
    assert "s3cret" not in done.output


@pytest.mark.parametrize(
    "more", [("--hooks", "{file}"), ("--write",), ("--hooks", "{file}", "--ledger", "{ledger}")]
)
def test_options_that_say_nothing_without_another_are_refused(tmp_path, more):
    file = file_of(tmp_path, "[[subscription]]\nname = 'a'")
    words = [one.format(file=file, ledger=tmp_path / "ledger") for one in more]
    assert nelm("serve", "--port", "0", *words).exit_code == 2
