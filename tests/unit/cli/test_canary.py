"""No value of a record reaches stderr, logs, error lines or errors of the library.

A marker stands in every string of a bundle; every command runs at its most talkative, with records
that can be read and records that can not, packed and not. The name of a file is no value of a
record: `assess` shows it, because it says which of several records is meant; logs never hold it,
and coverage reports, which can be mailed, neither.
"""

import gzip
import json
import logging
import os
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from tests.servers.fhir_store import FhirStore
from tests.servers.local import Asked, Local, Reply
from tests.unit.assessment.made import vignettes
from tests.unit.cli.run import DISAGREE, MEETS_ALL, ROOT, nelm

import nelm_fhir
from nelm_fhir.cli.main import COMMANDS as NAMES
from nelm_fhir.cli.main import LazyGroup
from nelm_fhir.errors import NelmError
from nelm_fhir.profile.record_format import CandidateProfile

CANARY = "CANARY7F3A"
KEPT = {
    "resourceType",
    "type",
    "system",
    "code",
    "url",
    "status",
    "reference",
    "fullUrl",
    "unit",
    "profile",
    "mode",
}
COMMANDS = [
    *(("assess", "-v", "--format", form) for form in ("table", "json", "ndjson", "md", "csv")),
    ("assess", "-v", "--format", "fhir"),
    ("assess", "-v", "--strict"),
    ("assess", "-v", "--profile"),
    ("assess", "-v", "--subject", "Patient/other"),
    ("explain",),
    ("profile", "--format", "table"),
    ("profile", "--format", "json"),
    ("form", "--missing"),
    ("form", "--missing", "--format", "table"),
    ("form", "--answers"),
    ("make-bundle", "--style", "mii"),
    ("make-bundle", "--style", "messy", "--noise", "3"),
    *(("coverage", "-v", "--format", form) for form in ("table", "json", "html")),
    ("ledger", "show", "--ledger"),
    ("ledger", "verify", "--server", "http://127.0.0.1:9/fhir", "--ledger"),
    ("ledger", "repair", "--server", "http://127.0.0.1:9/fhir", "--ledger"),
    ("ledger", "purge", "--before", "2026-01-01", "--ledger"),
    ("batch", "-v", "--output", "{folder}"),
    ("batch", "--output", "{folder}"),
    ("overlay", "new", "{folder}", "--from"),
    ("overlay", "check", str(ROOT / "mappings" / "overlays" / "example-hospital"), "--against"),
]
"""Every command that takes a record or what was made of one; the file comes last."""
WITHOUT_RECORD = {
    "codes show": ("codes", "show"),
    "codes origin": ("codes", "origin", "ln 29593-1"),
    "criteria list": ("criteria", "list"),
    "criteria show": ("criteria", "show", "optn"),
    "criteria test": ("criteria", "test"),
    "criteria check": ("criteria", "check"),
    "overlay test": ("overlay", "test", str(ROOT / "mappings" / "overlays" / "example-hospital")),
    "samples list": ("samples", "list"),
    "samples copy": ("samples", "copy", "meets-all", "copied"),
    "schema": ("schema", "profile"),
    "doctor": ("doctor",),
    "completion": ("completion", "bash"),
}
"""Commands that read no record; they run where records lie, and look at none."""
ILEUM = "sample-ileum-1"
OF_SERVER = [
    ("fetch", "--patient", ILEUM),
    ("candidates",),
    ("candidates", "--format", "json"),
    ("assess", "-v", "--patient", ILEUM),
    ("assess", "-v", "--patient", ILEUM, "--patient", "nobody", "--format", "csv"),
]
"""Commands that read records from a FHIR server."""
WITH_MARKER_OF_THEIR_OWN = {
    "export": "tests/unit/cli/test_export.py",
    "serve": "tests/service/test_canary.py",
}
"""Commands that need another kind of server, and where the marker meets them."""


def every_command() -> Iterator[str]:
    """Every command of `nelm` by its words, those of groups by their own."""
    group = LazyGroup("nelm")
    context = click.Context(group)
    for name in NAMES:
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from (f"{name} {inner}" for inner in command.list_commands(context))
        else:
            yield name


def test_every_command_is_among_those_that_run_here():
    with_record = {name for name in every_command() for run in (*COMMANDS, *OF_SERVER)
                   if " ".join(run).startswith(name)}  # fmt: skip
    assert with_record.isdisjoint(WITHOUT_RECORD)
    assert with_record | set(WITHOUT_RECORD) | set(WITH_MARKER_OF_THEIR_OWN) == set(every_command())
    for place in WITH_MARKER_OF_THEIR_OWN.values():
        assert CANARY in (ROOT / place).read_text()


def marked(value: Any, keep: Callable[[str], bool], key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: marked(member, keep, name) for name, member in value.items()}
    if isinstance(value, list):
        return [marked(member, keep, key) for member in value]
    if isinstance(value, str) and not keep(key):
        return f"{value} {CANARY}"
    return value


def structural(key: str) -> bool:
    return key in KEPT or key == "id" or key.lower().endswith(("date", "datetime", "time", "birth"))


def records() -> dict[str, bytes]:
    """Return inputs that hold the marker: readable, half readable, and not at all."""
    bundle = json.loads(Path(MEETS_ALL).read_bytes())
    everywhere = marked(bundle, lambda _: False)
    only_types = marked(bundle, lambda key: key in {"resourceType", "type"})
    values = json.dumps(marked(bundle, structural))
    profile = dict(vignettes()["V01"].record)
    return {
        "texts": values.encode(),
        "codes too": json.dumps(only_types).encode(),
        "everything": json.dumps(everywhere).encode(),
        "cut off": values[: len(values) // 2].encode(),
        "not utf-8": values.encode().replace(b"CANARY", b"\xffCANARY"),
        "profile": json.dumps(marked(profile, lambda key: key == "as_of"), default=str).encode(),
        "string": json.dumps(CANARY).encode(),
        "wrong version": json.dumps({**bundle, "fhirVersion": CANARY, "type": CANARY}).encode(),
        "lines": f'{{"{CANARY}\n{{"resourceType": "{CANARY}"}}\n{CANARY}\n'.encode(),
    }


def packed() -> dict[str, bytes]:
    """Return the same inputs packed with gzip, and packed in ways that cannot be unpacked."""
    inside = ("texts", "everything", "cut off", "lines")
    found = {f"{name}, packed": gzip.compress(records()[name]) for name in inside}
    whole = found["texts, packed"]
    return found | {
        "packed, cut off": whole[:-20],
        "packed, something behind": whole + CANARY.encode(),
        "packed, damaged": whole[:200] + CANARY.encode() + whole[210:],
        "packed twice": gzip.compress(whole),
        "named in its header": gzip.compress(b"{")[:3] + b"\x08" + gzip.compress(b"{")[4:10]
        + CANARY.encode() + b"\0" + gzip.compress(b"{")[10:],
    }  # fmt: skip


INPUTS = {**records(), **packed()}


def run(arguments, path: Path, *more: str):
    folder = path.parent / "made"
    return nelm(*(part.format(folder=folder) for part in arguments), str(path), *more)


@pytest.mark.threat(20)
@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda run: " ".join(run[:5]))
@pytest.mark.parametrize("name", INPUTS)
def test_the_marker_is_nowhere_but_in_the_result(arguments, name: str, tmp_path: Path, caplog):
    path = tmp_path / "record.json"
    path.write_bytes(INPUTS[name])
    with caplog.at_level(logging.DEBUG):
        done = run(arguments, path)
    assert isinstance(done.exception, SystemExit | None), repr(done.exception)
    assert CANARY not in done.stderr
    assert CANARY not in caplog.text
    assert done.exit_code == 0 or CANARY not in done.stdout
    if arguments[0] == "coverage":
        assert CANARY not in done.stdout


@pytest.mark.threat(20)
@pytest.mark.parametrize("name", WITHOUT_RECORD)
def test_commands_that_read_no_record_look_at_none(name, tmp_path: Path, caplog, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for number, content in enumerate(INPUTS.values()):
        (tmp_path / f"{number}.json").write_bytes(content)
    with caplog.at_level(logging.DEBUG):
        done = nelm(*WITHOUT_RECORD[name])
    assert done.exit_code == 0, done.output
    assert CANARY not in done.output
    assert CANARY not in caplog.text


@pytest.mark.threat(20)
@pytest.mark.parametrize("arguments", [run for run in COMMANDS if "json" in run or len(run) < 4])
@pytest.mark.parametrize("kind", ["missing", "folder", "broken", "unreadable"])
def test_the_name_of_a_file_is_in_no_log_and_in_no_report(arguments, kind, tmp_path, caplog):
    path = tmp_path / f"{CANARY}.json"
    if kind == "folder":
        path.mkdir()
    elif kind != "missing":
        path.write_bytes(b"{")
    if kind == "unreadable":
        path.chmod(0)
    with caplog.at_level(logging.DEBUG):
        done = run(arguments, path)
    assert isinstance(done.exception, SystemExit | None), repr(done.exception)
    assert CANARY not in caplog.text
    if arguments[0] == "coverage" and kind != "missing":  # as it was typed, click repeats it
        assert CANARY not in done.output


@pytest.mark.threat(20)
@pytest.mark.parametrize("form", ["json", "fhir", "csv", "md"])
def test_nothing_is_left_beside_the_output_when_it_fails(form, tmp_path: Path):
    path = tmp_path / "record.json"
    path.write_bytes(INPUTS["cut off"])
    output = tmp_path / "results" / "out"
    output.parent.mkdir()
    done = nelm("assess", "-v", str(path), "--format", form, "--output", str(output))
    assert done.exit_code == 10
    assert [CANARY in one.read_text() for one in output.parent.iterdir()] == []


# --- a FHIR server --------------------------------------------------------------------------------


OUTCOME = {
    "resourceType": "OperationOutcome",
    "id": CANARY,
    "issue": [{"severity": "error", "code": CANARY, "diagnostics": CANARY,
               "details": {"text": CANARY}, "expression": [CANARY]}],
}  # fmt: skip
PAGE = {"resourceType": "Bundle", "type": "searchset", "entry": []}
ELSEWHERE = {"relation": "next", "url": f"http://{CANARY}.example/{CANARY}"}
TOLD = {"X-Request-Id": CANARY, "Location": f"/{CANARY}", "WWW-Authenticate": CANARY}
REPLIES = {
    "an outcome in a page": Reply(200, PAGE | {"entry": [{"resource": OUTCOME}]}),
    "a link elsewhere": Reply(200, PAGE | {"link": [ELSEWHERE]}),
    "a link that is none": Reply(200, PAGE | {"link": [{**ELSEWHERE, "url": CANARY}]}),
    "no Bundle": Reply(200, {"resourceType": CANARY}),
    "no JSON": Reply(200, f"<html>{CANARY}".encode(), {"Content-Type": f"text/html;{CANARY}"}),
    "cut off": Reply(200, PAGE | {"id": CANARY}, cut=30),
    **{str(status): Reply(status, OUTCOME, TOLD) for status in (301, 400, 401, 404)},
}
"""What a server answers that says the marker wherever something can be said."""
ALWAYS, IN_THE_MIDDLE = ", always", ", in the middle"
SERVERS = ["marked", *(name + when for name in REPLIES for when in (ALWAYS, IN_THE_MIDDLE))]


def marked_store(page: int = 30) -> FhirStore:
    """A server that holds the marker in everything but what searches and links need."""
    store = FhirStore(page=page)
    for texts in FhirStore.of(Path(MEETS_ALL)).texts.values():
        resource = marked(json.loads(texts[-1]), structural)
        store.add(resource)
        if resource["resourceType"] == "Condition":
            store.add({**resource, "id": f"{resource['id']}-2"})
    return store


def odd_server(name: str) -> Callable[[Asked], Reply]:
    """The server of that name; in the middle is from the second page of anything on."""
    reply = REPLIES.get(name.partition(", ")[0])
    if reply is not None and name.endswith(ALWAYS):
        return lambda _asked: reply
    store = marked_store(page=1 if reply is not None else 30)
    if reply is not None:
        store.instead = lambda asked: reply if "_offset" in asked.query else None
    return store


@pytest.mark.threat(20)
@pytest.mark.usefixtures("loopback")
@pytest.mark.parametrize("arguments", OF_SERVER, ids=lambda run: " ".join(run[:5]))
@pytest.mark.parametrize("name", SERVERS)
def test_the_marker_of_a_server_is_nowhere_but_in_the_result(arguments, name, caplog):
    with Local(odd_server(name)) as server, caplog.at_level(logging.DEBUG):
        done = nelm(*arguments, "--server", server.base, "--patience", "0")
    assert server.asked
    assert isinstance(done.exception, SystemExit | None), repr(done.exception)
    assert CANARY not in done.stderr
    assert CANARY not in caplog.text
    assert ILEUM not in done.stderr + caplog.text
    assert done.exit_code in {0, 14} or CANARY not in done.stdout
    assert (done.exit_code == 0) == (name == "marked" and "nobody" not in arguments)


@pytest.mark.threat(20)
@pytest.mark.usefixtures("loopback")
@pytest.mark.parametrize("arguments", OF_SERVER, ids=lambda run: " ".join(run[:5]))
def test_what_was_asked_for_is_in_no_log_where_no_server_answers(arguments, caplog):
    with Local(marked_store()) as server:
        address = f"{server.origin}/{CANARY}"
    with caplog.at_level(logging.DEBUG):
        done = nelm(*arguments, "--server", address, "--patience", "0")
    assert done.exit_code == 12
    assert CANARY not in done.output + caplog.text
    assert ILEUM not in done.output + caplog.text


# --- the library ----------------------------------------------------------------------------------


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and whatever it came from, also where that is not shown."""
    while error is not None:
        yield error
        if error.__cause__ is not None:
            yield from chain(error.__cause__)
        error = error.__context__


def called() -> dict[str, Callable[[bytes], object]]:
    return {
        "assess": lambda data: nelm_fhir.assess(data, as_of="2026-06-01"),
        "assess, strings": lambda data: nelm_fhir.assess(data.decode("utf-8", "surrogateescape")),
        "assess, parsed": lambda data: nelm_fhir.assess(json.loads(data)),
        "assess, somebody": lambda data: nelm_fhir.assess(data, subject="Patient/nobody"),
        "assess, an object": lambda data: nelm_fhir.assess({CANARY: object(), "x": data}),
        "assess, another type": lambda data: nelm_fhir.assess((data,)),
        "read_profile": lambda data: nelm_fhir.read_profile(data, as_of="2026-06-01"),
        "profile": CandidateProfile.from_json,
        "to_fhir": lambda data: nelm_fhir.to_fhir(nelm_fhir.assess(data, as_of="2026-06-01")),
    }


@pytest.mark.threat(20)
@pytest.mark.parametrize("call", called())
@pytest.mark.parametrize("name", INPUTS)
def test_no_error_of_the_library_and_nothing_it_came_from_holds_the_marker(call, name, caplog):
    with caplog.at_level(logging.DEBUG):
        try:
            called()[call](INPUTS[name])
        except NelmError as error:
            found = error
        except (ValueError, TypeError) as error:  # of json.loads of the caller: not ours
            assert call == "assess, parsed", repr(error)  # noqa: PT017 - what may be raised
            return
        else:
            return
    assert CANARY not in caplog.text
    assert CANARY not in "".join(traceback.format_exception(found))
    for one in chain(found):
        assert CANARY not in f"{one}{one!r}{one.args!r}{vars(one)!r}"


@pytest.mark.threat(20)
def test_a_defect_while_a_record_is_read_shows_no_value_of_it():
    """The hook of the command shows where, for whatever was raised and whatever it came from."""
    told = (
        "import sys; from nelm_fhir.cli import main\n"
        "sys.excepthook = main._say_only_where\n"
        "try:\n"
        f"    {{'a': 1}}['{CANARY}']\n"
        "except KeyError as error:\n"
        f"    raise RuntimeError('{CANARY}') from error"
    )
    done = subprocess.run(
        [sys.executable, "-c", told],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ},
    )
    assert done.returncode == 70
    assert CANARY not in done.stderr + done.stdout
    assert "RuntimeError at __main__:6" in done.stderr


@pytest.mark.threat(20)
@pytest.mark.parametrize("form", ["table", "ndjson", "fhir", "csv", "md"])
def test_error_lines_hold_no_marker(form: str, tmp_path: Path):
    for number, content in enumerate(records().values()):
        (tmp_path / f"{number}.json").write_bytes(content)
    files = sorted(str(path) for path in tmp_path.iterdir())
    done = nelm("assess", "-v", *files, "--subject", "Patient/nobody", "--format", form)
    assert done.exit_code == 14
    assert CANARY not in done.stderr
    assert CANARY not in done.stdout


def test_the_marker_would_be_seen():
    """The test itself works: what a record says does stand in the result."""
    bundle = json.loads(Path(DISAGREE).read_bytes())
    text = json.dumps(marked(bundle, structural))
    done = nelm("assess", "-", "--as-of", "2026-06-01", "--format", "json", input=text)
    assert CANARY in done.stdout
