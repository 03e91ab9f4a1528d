"""Which server and how: options, NELM_* variables and nelm.toml by one mechanism."""

import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from tests.servers.smart import secret

from nelm_fhir.cli.server_options import BY_KEY, needed_server, server_of, server_options
from nelm_fhir.cli.settings import ENV_PREFIX, read_settings
from nelm_fhir.errors import AuthFailed
from nelm_fhir.exchange.auth import BackendServices, Bearer
from nelm_fhir.exchange.patience import BULK, INTERACTIVE, NONE
from nelm_fhir.exchange.server import NoAuth, Server

BASE = "https://ehr.example/fhir"

TWO_WAYS = ["--token-file", "{file}", "--client-id", "us", "--key-file", "{file}"]


class Seen:
    """A command line of one command, which keeps the server it is given."""

    def __init__(self, *, bulk: bool = False, needed: bool = False) -> None:
        self.server: Server | None = None

        @click.group(context_settings={"auto_envvar_prefix": ENV_PREFIX})
        @click.option("--config", callback=read_settings, is_eager=True, expose_value=False)
        def cli():
            """Hold the command."""

        @cli.group()
        def many():
            """Hold a command one deeper."""

        @server_options
        def ask(**values):
            self.server = (needed_server if needed else server_of)(values, bulk=bulk)
            assert values == {}

        many.add_command(cli.command("ask")(ask))
        self.cli = cli

    def __call__(self, *arguments: str, **env: str) -> Server | None:
        self.result = CliRunner().invoke(self.cli, ["ask", *arguments], env=env)
        if isinstance(self.result.exception, AuthFailed):
            raise self.result.exception
        if self.result.exit_code:
            raise AssertionError(self.result.output)
        return self.server


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_a_server_there_is_none(here):
    assert Seen()() is None


def test_a_server_alone_needs_no_sign_in_and_patience_of_somebody_who_waits(here):
    assert Seen()("--server", BASE) == Server(BASE, NoAuth(), patience=INTERACTIVE)
    assert Seen(bulk=True)("--server", BASE).patience == BULK


def test_every_option_reaches_the_server(here):
    key = secret(here / "key.pem", "x")
    server = Seen()(
        "--server", BASE, "--client-id", "us", "--key-file", str(key), "--key-id", "k1",
        "--token-url", "https://auth.example/token", "--scope", "system/*.rs system/*.cud",
        "--header", "Epic-Client-ID: 17", "--header", "X-MS-AZUREFHIR-AUDIT-USER:nelm job",
        "--origin", "https://a.example", "--origin", "https://b.example",
        "--file-origin", "https://files.example", "--client-cert", str(key),
        "--client-key", str(key), "--ca-file", str(key), "--patience", "60",
    )  # fmt: skip
    assert server == Server(
        base=BASE,
        auth=BackendServices(
            "us", key, "k1", "https://auth.example/token", "system/*.rs system/*.cud"
        ),
        headers={"Epic-Client-ID": "17", "X-MS-AZUREFHIR-AUDIT-USER": "nelm job"},
        origins=frozenset({"https://a.example", "https://b.example"}),
        file_origins=frozenset({"https://files.example"}),
        client_cert=key,
        client_key=key,
        ca_file=key,
        patience=INTERACTIVE.within(60),
    )


def test_no_patience_is_one_attempt(here):
    assert Seen()("--server", BASE, "--patience", "0").patience == NONE


def test_variables_hold_for_every_command_or_for_one(here):
    token = secret(here / "token", "abc")
    every = {"NELM_SERVER": BASE, "NELM_TOKEN_FILE": str(token)}
    assert Seen()(**every) == Server(BASE, Bearer(token))
    assert Seen()(NELM_ASK_SERVER=BASE).base == BASE
    headers = Seen()(NELM_SERVER=BASE, NELM_HEADER="Epic-Client-ID: 17;X-Two: a b").headers
    assert headers == {"Epic-Client-ID": "17", "X-Two": "a b"}


def test_the_table_of_servers_holds_for_every_command_that_has_them(here):
    Path("nelm.toml").write_text(
        f'[server]\nserver = "{BASE}"\npatience = 5\nheader = "A: b"\norigin = ["https://a.example"]'
    )
    for arguments in (["ask"], ["many", "ask"]):
        seen = Seen()
        CliRunner().invoke(seen.cli, arguments, catch_exceptions=False)
        assert seen.server == Server(
            BASE,
            headers={"A": "b"},
            origins=frozenset({"https://a.example"}),
            patience=INTERACTIVE.within(5),
        )


def test_the_nearer_setting_wins(here):
    Path("nelm.toml").write_text(
        '[server]\nserver = "https://shared.example"\npatience = 5\n'
        '[ask]\nserver = "https://own.example"\n'
    )
    seen = Seen()
    assert seen().base == "https://own.example"
    assert seen().patience == INTERACTIVE.within(5)
    assert seen(NELM_SERVER="https://env.example").base == "https://env.example"
    assert seen("--server", BASE, NELM_SERVER="https://env.example").base == BASE


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[server]\nserver-url = "x"', "'server-url' is not known. Did you mean server?"),
        ("server = 1", "is no table"),
        ('[server]\nserver = "ehr.example"', "not an address"),
    ],
)
def test_a_wrong_setting_of_the_table_is_refused(here, text, told):
    Path("nelm.toml").write_text(text)
    with pytest.raises(AssertionError, match=told.replace("?", r"\?")):
        Seen()()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--server", "ehr.example"], "not an address"),
        (["--server", "https://u:p@ehr.example"], "not an address"),
        (["--server", "https://ehr.example/?a=b"], "not an address"),
        (["--scope", "x"], "--scope needs --server"),
        (["--patience", "5"], "--patience needs --server"),
        (["--server", BASE, "--client-id", "us"], "--client-id needs --key-file"),
        (["--server", BASE, "--key-id", "us"], "--key-id needs --client-id"),
        (["--server", BASE, "--client-key", "{file}"], "--client-key needs --client-cert"),
        (["--server", BASE, "--token-file", "none"], "does not exist"),
        (
            ["--server", BASE, *TWO_WAYS],
            "choose one",
        ),
        (["--server", BASE, "--header", "no colon"], "not a header"),
        (["--server", BASE, "--header", "A: "], "not a header"),
        (["--server", BASE, "--header", "A B: c"], "not a header"),
        (["--server", BASE, "--header", "A: b\nC: d"], "not a header"),
        (["--server", BASE, "--header", "Authorization: Bearer x"], "set by the program"),
        (["--server", BASE, "--header", "If-Match: *"], "set by the program"),
        (["--server", BASE, "--patience", "-1"], "not in the range"),
    ],
)
def test_options_that_do_not_fit_are_a_usage_error(here, arguments, told):
    file = secret(here / "file", "SECRET")
    seen = Seen()
    with pytest.raises(AssertionError, match=told):
        seen(*[one.format(file=file) for one in arguments])
    assert seen.result.exit_code == 2


def test_settings_of_a_server_that_is_not_used_are_no_error(here):
    token = secret(here / "token", "abc")
    assert Seen()(NELM_TOKEN_FILE=str(token)) is None


def test_a_command_that_needs_a_server_says_how_to_name_it(here):
    with pytest.raises(AssertionError, match="--server URL, NELM_SERVER or"):
        Seen(needed=True)()


def test_a_wrong_header_is_told_without_its_value(here):
    seen = Seen()
    with pytest.raises(AssertionError):
        seen("--server", BASE, "--header", "Authorization: SECRET")
    assert "SECRET" not in seen.result.output


def test_a_header_may_take_its_value_from_a_file_that_only_we_can_read(here):
    key = secret(here / "api.key", "SECRET\n")
    assert Seen()("--server", BASE, "--header", f"X-Api-Key: @{key}").headers == {
        "X-Api-Key": "SECRET"
    }
    key.chmod(0o644)
    with pytest.raises(AuthFailed, match="can be read by everybody"):
        Seen()("--server", BASE, "--header", f"X-Api-Key: @{key}")


def test_no_option_takes_a_secret_itself():
    secrets = {"token", "password", "client-secret", "key", "secret"}
    assert not secrets & set(BY_KEY)


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["doctor", "--help"]])
def test_what_asks_no_server_loads_no_library_for_it(arguments):
    code = (
        "import sys, nelm_fhir\n"
        "from nelm_fhir.cli.main import cli\n"
        f"cli({arguments!r}, standalone_mode=False)\n"
        "print(sorted({'requests', 'urllib3', 'jwt', 'stamina', 'cryptography'} & {*sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.rstrip().endswith("[]")
