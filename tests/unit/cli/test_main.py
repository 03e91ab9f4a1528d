"""The command itself: help, version, settings, and how cheaply it starts."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest
from tests.unit.assessment.made import catalogue
from tests.unit.cli.run import DAY, MEETS_ALL, nelm, process

from nelm_fhir.cli.main import COMMANDS, cli

HEAVY = (
    "pydantic",
    "rich",
    "fhir",
    "nelm_fhir.evaluator",
    "nelm_fhir.knowledge.loader",
    "requests",
)


def test_help_lists_every_command_with_what_it_does():
    shown = nelm("--help").stdout
    unwrapped = " ".join(shown.split())
    for name, words in COMMANDS.items():
        assert f"  {name} " in shown
        assert f"{name} {words}" in unwrapped


@pytest.mark.parametrize("name", list(COMMANDS))
def test_the_help_of_a_command_begins_as_the_list_says(name: str):
    command = import_module(f"nelm_fhir.cli.{name.replace('-', '_')}").command
    assert (command.help or "").split("\n")[0] == COMMANDS[name]


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_and_every_option_says_what_it_is_for(name: str):
    command = cli.get_command(click.Context(cli), name)
    found = list(command.commands.values()) if isinstance(command, click.Group) else [command]
    for one in found:
        assert one.help
        for parameter in one.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, f"{name} {parameter.name}"


@pytest.mark.parametrize("name", ["assess", "explain", "profile"])
def test_help_shows_examples_line_by_line(name: str):
    assert f"\n    nelm {name} bundle.json --as-of 2026-06-01" in nelm(name, "--help").stdout


def test_version_names_program_and_catalogue_digest():
    shown = nelm("--version").stdout
    assert shown.startswith("nelm-fhir ")
    assert shown.strip().endswith(f"catalogue {catalogue().digest}")


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_version_and_help_import_nothing_that_is_slow(option: str):
    told = (
        "import sys; from nelm_fhir.cli.main import cli\n"
        f"cli([{option!r}], prog_name='nelm', standalone_mode=False)\n"
        f"print('|', [m for m in {HEAVY!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("| []")


def test_an_unknown_command_is_wrong_usage():
    assert nelm("asess").exit_code == 2


def test_a_variable_sets_an_option():
    done = nelm("assess", MEETS_ALL, env={"NELM_ASSESS_AS_OF": "2026-06-01"})
    assert "As of    2026-06-01\n" in done.stdout


def test_nelm_toml_sets_options_and_the_command_line_beats_it(monkeypatch, tmp_path: Path):
    (tmp_path / "nelm.toml").write_text('[assess]\nas-of = 2026-06-01\nset = ["optn"]\n')
    monkeypatch.chdir(tmp_path)
    shown = nelm("assess", MEETS_ALL).stdout
    assert "As of    2026-06-01\n" in shown
    assert "Citterio" not in shown.split("WHY")[0]
    again = nelm("assess", MEETS_ALL, "--set", "citterio-2023").stdout
    assert "OPTN" not in again.split("WHY")[0]


@pytest.mark.parametrize(
    ("settings", "hint"),
    [
        ("[asses]\n", "Did you mean assess?"),
        ("[assess]\nas_off = 1\n", "Did you mean as-of?"),
        ("[criteria.shw]\n", "Did you mean show?"),
        ("[assess\n", "cannot be read as TOML"),
    ],
)
def test_a_wrong_setting_is_refused_and_the_nearest_named(
    settings: str, hint: str, monkeypatch, tmp_path: Path
):
    (tmp_path / "nelm.toml").write_text(settings)
    monkeypatch.chdir(tmp_path)
    done = nelm("assess", MEETS_ALL, *DAY)
    assert done.exit_code == 2
    assert hint in done.stderr


def test_a_defect_shows_its_place_and_no_value():
    told = (
        "import sys; from nelm_fhir.cli.main import _say_only_where\n"
        "sys.excepthook = _say_only_where\n"
        "raise ValueError('CANARY')"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=False)
    assert done.returncode == 70
    assert "CANARY" not in done.stderr
    assert "ValueError at __main__:3" in done.stderr


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_completion_prints_a_script(shell: str):
    done = nelm("completion", shell)
    assert done.exit_code == 0
    assert "_NELM_COMPLETE" in done.stdout


def test_the_program_runs_as_a_process():
    done = process("samples", "list")
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("nelm assess --set es", "esmo-2020"),
        ("nelm assess --option la", "la_fe_ki67_up_to_20"),
        ("nelm criteria show u", "uk"),
        ("nelm samples copy me", "meets-all"),
        ("nelm codes show ki67-b", "ki67-breast-assay"),
    ],
)
def test_a_shell_completes_the_words_of_the_knowledge(typed: str, word: str):
    done = process(
        _NELM_COMPLETE="bash_complete", COMP_WORDS=typed, COMP_CWORD=str(len(typed.split()) - 1)
    )
    assert done.stdout.decode().split() == [f"plain,{word}"]
