"""Each outside judge is awake: it accepts what is right and refuses what is broken.

A judge that says yes to everything would make every test that relies on it worthless. Here each one
meets a good assessment and a good attested entry, and then the same ones broken in one place. Data
are fictional.
"""

import copy
import json
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.peers import fixtures, judges
from tests.peers.good_resources import (
    ASSESSMENT,
    ASSESSMENT_PROFILE,
    BASE,
    ENTRY,
    ENTRY_PROFILE,
    GOOD,
    OPERAND,
)
from tests.peers.judges import HapiValidator, MedplumValidator, PeerBroken, PeerMissing, R4BModels

Change = Callable[[dict[str, Any]], object]


def put(*path: Any) -> Change:
    """Set the place path[:-1] to path[-1]."""
    *way, last, value = path

    def change(resource: Any) -> None:
        for step in way:
            resource = resource[step]
        resource[last] = value

    return change


def drop(name: str) -> Change:
    return lambda resource: resource.pop(name)


def broken(good: dict[str, Any], change: Change) -> dict[str, Any]:
    resource = copy.deepcopy(good)
    change(resource)
    return resource


EVERYBODY = ("hapi_validator", "medplum_validator", "r4b_models")
JAVA_AND_NODE = ("hapi_validator", "medplum_validator")
JAVA = ("hapi_validator",)
CODE = ("code", "coding", 0, "code")
VERDICT = ("prediction", 0, "qualitativeRisk", "coding", 0, "code")

# what is wrong, resource, change, who must see it, what the answer must name
BREAKAGES = [
    ("no subject", ASSESSMENT, drop("subject"), EVERYBODY, "subject"),
    ("no status", ENTRY, drop("status"), JAVA_AND_NODE, "status"),
    ("no code", ENTRY, drop("code"), EVERYBODY, "code"),
    ("unknown property", ASSESSMENT, put("verdict", "met"), EVERYBODY, "verdict"),
    (
        "unknown property in a contained resource",
        ASSESSMENT,
        put("contained", 0, "colour", "blue"),
        EVERYBODY,
        "colour",
    ),
    ("month 13", ASSESSMENT, put("occurrenceDateTime", "2026-13-01"), EVERYBODY, "occurrence"),
    ("ras-2", ASSESSMENT, put("prediction", 0, "probabilityDecimal", 101), JAVA_AND_NODE, "ras-2"),
    ("30 February", ENTRY, put("effectiveDateTime", "2026-02-30"), JAVA, "effective"),
    ("no such status", ASSESSMENT, put("status", "done"), JAVA, "status"),
    ("no code of our verdicts", ASSESSMENT, put(*VERDICT, "eligible"), JAVA, "eligible"),
    (
        "no criterion of ours",
        ASSESSMENT,
        put("prediction", 1, "outcome", "coding", 0, "code", "M16-BURDEN"),
        JAVA,
        "M16-BURDEN",
    ),
    ("no answer of ours", ENTRY, put("valueCodeableConcept", *CODE[1:], "clear"), JAVA, "clear"),
    (
        "no extension of ours",
        ASSESSMENT,
        put("extension", 0, "url", f"{BASE}/StructureDefinition/input-hash"),
        JAVA,
        "input-hash",
    ),
    (
        "extension in a wrong place",
        ASSESSMENT,
        lambda resource: resource["extension"].append(OPERAND),
        JAVA,
        "operand",
    ),
    (
        "reason that is none",
        ASSESSMENT,
        put("prediction", 1, "extension", 0, "extension", 2, "valueCode", "no-idea"),
        JAVA,
        "no-idea",
    ),
    (
        "condition that is a patient",
        ASSESSMENT,
        put("condition", "reference", "Patient/p"),
        JAVA,
        "target",
    ),
]
SEEN = [
    pytest.param(judge, *case[1:3], case[4], id=f"{judge}-{case[0]}")
    for case in BREAKAGES
    for judge in case[3]
]

# what our own profiles add to base FHIR
PROFILE_BREAKAGES = [
    ("probability", ASSESSMENT, put("prediction", 0, "probabilityDecimal", 1), "probability"),
    ("no time window", ASSESSMENT, lambda r: r["prediction"][1].pop("whenPeriod"), "when"),
    ("no verdict", ASSESSMENT, lambda r: r["prediction"][0].pop("qualitativeRisk"), "qualitative"),
    ("no method", ASSESSMENT, drop("method"), "method"),
    ("status registered", ASSESSMENT, put("status", "registered"), "assessment"),
    ("no digest", ASSESSMENT, lambda r: r["extension"].pop(), "catalogue-digest"),
    ("no tag", ASSESSMENT, drop("meta"), "meta"),
    ("no predictions", ASSESSMENT, drop("prediction"), "nelm-ra-1"),
    ("retracted with predictions", ASSESSMENT, put("status", "entered-in-error"), "nelm-ra-1"),
    ("component as question", ENTRY, put(*CODE, "scan-tracer"), "code"),
    ("element as component", ENTRY, put("component", 0, *CODE, "listing"), "component"),
    ("performer a patient", ENTRY, put("performer", [{"reference": "Patient/p"}]), "performer"),
    (
        "unsigned adjudication",
        ENTRY,
        lambda r: (r.pop("performer"), put(*CODE, "focus-adjudication")(r)),
        "nelm-ae-4",
    ),
]


@pytest.mark.peer
@pytest.mark.parametrize("judge", EVERYBODY)
@pytest.mark.parametrize("name", GOOD)
def test_a_good_resource_is_accepted(judge: str, name: str, request: pytest.FixtureRequest) -> None:
    assert request.getfixturevalue(judge).errors(GOOD[name]) == []


@pytest.mark.peer
@pytest.mark.parametrize(("judge", "good", "change", "named"), SEEN)
def test_a_broken_resource_is_refused_and_the_fault_named(
    judge: str, good: dict[str, Any], change: Change, named: str, request: pytest.FixtureRequest
) -> None:
    errors = request.getfixturevalue(judge).errors(broken(good, change))
    assert named in " ".join(errors)


@pytest.mark.peer
@pytest.mark.parametrize("judge", EVERYBODY)
def test_an_entry_of_a_bundle_is_judged_too(judge: str, request: pytest.FixtureRequest) -> None:
    entry = {"fullUrl": f"{BASE}/RiskAssessment/r", "resource": {**ASSESSMENT, "id": "r"}}
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [entry]}
    assert request.getfixturevalue(judge).errors(bundle) == []
    entry["resource"].pop("subject")
    assert "subject" in " ".join(request.getfixturevalue(judge).errors(bundle))


@pytest.mark.peer
@pytest.mark.parametrize("judge", EVERYBODY)
def test_a_type_that_is_none_is_refused(judge: str, request: pytest.FixtureRequest) -> None:
    assert request.getfixturevalue(judge).errors({"resourceType": "Verdict"})


@pytest.mark.peer
@pytest.mark.parametrize("judge", EVERYBODY)
def test_a_refusal_leaves_the_judge_ready_for_the_next_resource(
    judge: str, request: pytest.FixtureRequest
) -> None:
    awake = request.getfixturevalue(judge)
    assert awake.errors(broken(ENTRY, drop("code")))
    assert awake.errors(json.dumps(ENTRY, indent=2).encode()) == []


@pytest.mark.peer
@pytest.mark.parametrize(
    ("name", "profile"), list(zip(GOOD, (ASSESSMENT_PROFILE, ENTRY_PROFILE), strict=True))
)
def test_a_good_resource_satisfies_our_profile(
    hapi_validator: HapiValidator, name: str, profile: str
) -> None:
    assert hapi_validator.errors(GOOD[name], profile) == []


@pytest.mark.peer
@pytest.mark.parametrize(
    ("good", "change", "named"), [pytest.param(*case[1:], id=case[0]) for case in PROFILE_BREAKAGES]
)
def test_what_breaks_our_profile_is_refused(
    hapi_validator: HapiValidator, good: dict[str, Any], change: Change, named: str
) -> None:
    profile = ASSESSMENT_PROFILE if good is ASSESSMENT else ENTRY_PROFILE
    assert named in " ".join(hapi_validator.errors(broken(good, change), profile))


@pytest.mark.peer
def test_a_retracted_assessment_without_predictions_satisfies_our_profile(
    hapi_validator: HapiValidator,
) -> None:
    retracted = broken(ASSESSMENT, put("status", "entered-in-error"))
    del retracted["prediction"]
    assert hapi_validator.errors(retracted, ASSESSMENT_PROFILE) == []


@pytest.mark.peer
def test_a_profile_holds_for_one_resource_only(hapi_validator: HapiValidator) -> None:
    without = broken(ASSESSMENT, drop("method"))
    assert hapi_validator.errors(without, ASSESSMENT_PROFILE)
    assert hapi_validator.errors(without) == []


def test_decimals_reach_the_judge_as_numbers(r4b_models: R4BModels) -> None:
    entry = broken(ENTRY, drop("valueCodeableConcept"))
    entry["valueQuantity"] = {"value": Decimal("2.50")}
    assert r4b_models.errors(entry) == []


@pytest.mark.parametrize(
    ("make", "named"), [(HapiValidator, "java is missing"), (MedplumValidator, "node is missing")]
)
def test_a_machine_without_the_program_is_told_what_is_missing(
    make: Callable[[], HapiValidator | MedplumValidator],
    named: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    if not shutil.which("bash"):
        pytest.skip("bash is missing")
    for tool in ("bash", "cat", "cksum", "dirname", "readlink", "tr"):
        (tmp_path / tool).symlink_to(shutil.which(tool) or tool)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PeerMissing, match=named), make():
        pass


def test_a_judge_that_dies_is_an_error_and_no_verdict(tmp_path: Path) -> None:
    script = tmp_path / "judge"
    script.write_text("#!/bin/sh\necho out of memory >&2\nexit 9\n")
    script.chmod(0o755)
    with pytest.raises(PeerBroken, match=r"exit 9.*out of memory"), judges._Peer(script):
        pass


def test_a_missing_judge_skips_unless_peers_are_required(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> R4BModels:
        raise PeerMissing("java is missing")

    monkeypatch.delenv("NELM_REQUIRE_PEERS", raising=False)
    with pytest.raises(pytest.skip.Exception, match="java is missing"):
        next(fixtures.started(missing))
    monkeypatch.setenv("NELM_REQUIRE_PEERS", "1")
    with pytest.raises(pytest.fail.Exception, match="java is missing"):
        next(fixtures.started(missing))
