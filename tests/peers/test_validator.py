"""The R4 validator as we have wired it sees what it must see, and nothing else.

Valid resources of every kind we write or ship, each broken in many ways: the fault is named, and
what is right stays without error. The cases are in validator/cases.py.
"""

import copy
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.peers import fixtures
from tests.peers.judges import PEERS, HapiValidator
from tests.peers.validator.cases import CASES, CODE_SYSTEM, PROFILE, PROFILED, RISK, VALUE_SET


@pytest.fixture(scope="module")
def conformance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("conformance")
    for resource in (CODE_SYSTEM, VALUE_SET, PROFILE):
        name = f"{resource['resourceType']}-{resource['id']}.json"
        (folder / name).write_text(json.dumps(resource), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def validator(conformance: Path) -> Iterator[HapiValidator]:
    yield from fixtures.started(lambda: HapiValidator(conformance))


def judged(validator: HapiValidator, case: tuple, *profiles: str) -> list[str]:
    resource = copy.deepcopy(case[1])
    if case[2]:
        case[2](resource)
    return validator.errors(resource, *profiles)


def answers(errors: list[str], expected: str | None) -> bool:
    if expected is None:
        return not errors
    return any(expected.lower() in error.lower() for error in errors)


@pytest.mark.peer
@pytest.mark.parametrize("case", [pytest.param(case, id=case[0]) for case in CASES])
def test_what_is_valid_passes_and_what_is_broken_is_named(
    validator: HapiValidator, case: tuple
) -> None:
    errors = judged(validator, case)
    assert answers(errors, case[3]), errors


@pytest.mark.peer
@pytest.mark.parametrize("case", [pytest.param(case, id=case[0]) for case in PROFILED])
def test_a_profile_asked_for_is_judged(validator: HapiValidator, case: tuple) -> None:
    errors = judged(validator, case, PROFILE["url"])
    assert answers(errors, case[3]), errors


@pytest.mark.peer
def test_the_command_names_file_and_fault_and_ends_with_one(
    validator: HapiValidator, conformance: Path, tmp_path: Path
) -> None:
    file = tmp_path / "risk.json"
    file.write_text(json.dumps({key: RISK[key] for key in RISK if key != "method"}))
    command = [
        PEERS / "validator" / "validate",
        "--ig",
        conformance,
        "--profile",
        PROFILE["url"],
        file,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    severity, source, _, message = done.stdout.splitlines()[0].split("\t")
    assert (done.returncode, severity, source) == (1, "error", str(file))
    assert "RiskAssessment.method" in message
