"""The README is true: its commands print what it shows, its examples run, its lists are complete.

`make golden` writes the generated parts anew.
"""

import doctest
import os
import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from nelm_fhir import pipeline
from nelm_fhir.cli.main import COMMANDS, cli

README = Path(__file__).parents[2] / "README.md"
UPDATE = os.environ.get("NELM_UPDATE_GOLDEN") == "1"
CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
PYCON = re.compile(r"```pycon\n(.*?)```", re.DOTALL)


def run(line):
    command, *filters = line.split(" | ")
    shown = called(*shlex.split(command))
    for one in filters:
        shown = "\n".join(filtered(shown.split("\n"), *shlex.split(one)))
    return shown


def filtered(lines, program, *options):
    """What `head -N`, or `grep` with -A, leaves of some lines."""
    if program == "head":
        return lines[: int(options[0].removeprefix("-"))]
    assert program == "grep"
    after = int(options[0].removeprefix("-A")) if options[0].startswith("-A") else 0
    hits = [n for n, line in enumerate(lines) if options[-1] in line]
    return [line for n, line in enumerate(lines) if any(0 <= n - hit <= after for hit in hits)]


def called(program, *arguments):
    if program == "cp":
        shutil.copytree(README.parent / arguments[-2], arguments[-1])
        return ""
    assert program == "nelm"
    environment = {"COLUMNS": "80", "NO_COLOR": "1"}
    result = CliRunner(env=environment).invoke(cli, arguments, prog_name="nelm")
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout.rstrip("\n")


def played(block):
    """Return the block with the real output of its commands."""
    lines = [line for line in block.splitlines() if line.startswith("$ ")]
    shown = ((line, run(line[2:])) for line in lines)
    return "".join(f"{line}\n{told}\n" if told else f"{line}\n" for line, told in shown)


def section(name, text):
    return re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", text, re.DOTALL)


def criteria_table():
    rows = [
        f"| `{s.id}` {s.version} | {s.title} | {s.citation} |"
        for s in pipeline.load().sets.values()
    ]
    return "\n".join(["| set, version | name | citation |", "|---|---|---|", *rows]) + "\n"


def commands_table():
    rows = [f"| `nelm {name}` | {text} |" for name, text in COMMANDS.items()]
    return "\n".join(["| command | what it does |", "|---|---|", *rows]) + "\n"


GENERATED = {"criteria": criteria_table, "commands": commands_table}


def written(text):
    for name, table in GENERATED.items():
        found = section(name, text)
        text = text[: found.start(1)] + table() + text[found.end(1) :]
    return CONSOLE.sub(lambda found: f"```console\n{played(found[1])}```", text)


def test_commands_and_lists_show_what_they_really_are(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = written(README.read_text())
    if UPDATE:
        README.write_text(found)
    assert README.read_text() == found


def test_the_library_examples_run_and_print_what_they_show(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run("nelm samples copy sets-that-disagree")
    source = PYCON.search(README.read_text())[1]
    test = doctest.DocTestParser().get_doctest(source, {}, "README", str(README), 0)
    report = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    runner.run(test, out=report.append)
    assert "".join(report) == ""
    assert runner.summarize(verbose=False).attempted >= 10


def test_the_help_lists_every_command():
    shown = run("nelm --help")
    for name, text in COMMANDS.items():
        assert name in shown
        assert text in shown


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_says_what_it_does(name):
    assert COMMANDS[name] in run(f"nelm {name} --help").replace("\n  ", " ")
