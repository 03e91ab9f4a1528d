"""Whom `nelm serve` trusts, as options and a file say it."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from nelm_fhir.cli.main import cli
from nelm_fhir.cli.serve_trust import issuers_of
from nelm_fhir.service.trust.settings import Realm

GOOD = """
[[issuer]]
name     = "https://ehr.example/"
jku      = ["https://ehr.example/jwks.json"]
opens    = ["cds"]
subjects = ["epic-client"]

[[issuer]]
name       = "https://id.example/"
keys-file  = "keys.json"
audiences  = ["nelm"]
algorithms = ["ES256"]
scope      = "nelm/evaluate"
once       = false
longest    = 7200
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "issuers.toml"
    path.write_text(text)
    return path


def test_every_issuer_is_a_table(tmp_path):
    ehr, other = issuers_of(written(tmp_path, GOOD))
    assert (ehr.name, ehr.realms) == ("https://ehr.example/", {Realm.CDS})
    assert ehr.jku == {"https://ehr.example/jwks.json"}
    assert ehr.once
    assert other.realms == {Realm.API}
    assert other.keys_file == tmp_path / "keys.json"
    assert (other.algorithms, other.once, other.longest) == (("ES256",), False, 7200)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "one \\[\\[issuer\\]\\]"),
        ("issuer = 7", "one \\[\\[issuer\\]\\]"),
        ("[[issuer", "issuers.toml"),
        ('[[issuer]]\nkeys-url = "https://x"', "no name"),
        ('[[issuer]]\nname = "x"\nkeys = "y"', "keys is not known"),
        ('[[issuer]]\nname = "x"\njku = "https://x"', "jku is not of the right type"),
        ('[[issuer]]\nname = "x"\njku = [7]', "jku is not of the right type"),
        ('[[issuer]]\nname = "x"\nlongest = true', "longest is not of the right type"),
        ('[[issuer]]\nname = "x"\nopens = ["all"]', "opens is a list of"),
    ],
)
def test_what_cannot_be_meant_so_is_told_with_its_place(tmp_path, text, told):
    with pytest.raises(click.UsageError, match=told):
        issuers_of(written(tmp_path, text))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--cors-origin", "*"], "no origin"),
        (["--proxy", "everywhere"], "not a network"),
        (["--cds-without", "Moon"], "--cds-without Moon"),
        (["--cds-language", "xx"], "--cds-language"),
    ],
)
def test_the_command_refuses_what_would_trust_too_much(arguments, told):
    found = CliRunner().invoke(cli, ["serve", "--port", "0", *arguments])
    assert found.exit_code == 2
    assert told in found.output


def test_an_algorithm_that_proves_nothing_is_refused(tmp_path):
    text = '[[issuer]]\nname = "x"\nkeys-file = "k"\nalgorithms = ["HS256"]\n'
    path = written(tmp_path, text)
    found = CliRunner().invoke(cli, ["serve", "--port", "0", "--issuers", str(path)])
    assert found.exit_code == 2
    assert "may not sign with HS256" in found.output
