"""No value of a record reaches stderr, logs or error lines, whatever happens.

A marker stands in every string of a bundle; every command runs at its most talkative, with records
that can be read and records that can not.
"""

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.unit.assessment.made import vignettes
from tests.unit.cli.run import DISAGREE, MEETS_ALL, nelm

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
]


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


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("name", list(records()))
def test_the_marker_is_nowhere_but_in_the_result(arguments, name: str, tmp_path: Path, caplog):
    path = tmp_path / "record.json"
    path.write_bytes(records()[name])
    with caplog.at_level(logging.DEBUG):
        done = nelm(*arguments, str(path))
    assert isinstance(done.exception, SystemExit | None), repr(done.exception)
    assert CANARY not in done.stderr
    assert CANARY not in caplog.text
    assert done.exit_code == 0 or CANARY not in done.stdout


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
