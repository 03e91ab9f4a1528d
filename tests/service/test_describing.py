"""What the service says of itself is valid, and true."""

import json

import pytest
import requests
from starlette.routing import Route
from tests.peers.judges import Judge
from tests.service.asking import EVALUATE, MEETS_ALL, SENT, sample
from tests.service.test_status_contract import TWO

from nelm_fhir.core.canonical import BASE
from nelm_fhir.core.program import VERSION
from nelm_fhir.service.app import application
from nelm_fhir.service.cds.settings import Cds
from nelm_fhir.service.describing import capability, described
from nelm_fhir.service.parameters import BUNDLE, SEVERAL, VALUES
from nelm_fhir.service.settings import Settings
from nelm_fhir.service.site import Site
from nelm_fhir.writers.fhir_json import fhir_json

PATHS = ("/fhir/$nelm-evaluate", "/fhir/$process-message")
DESCRIPTIONS = ("/fhir/metadata", "/fhir/OperationDefinition/nelm-evaluate")


def of_site(name: str, catalogue) -> bytes:
    if name == "operation":
        return fhir_json(described("operation-nelm-evaluate"))
    return fhir_json(capability(Site(catalogue, Settings()), PATHS))


@pytest.mark.peer
@pytest.mark.parametrize("name", ["operation", "capability"])
def test_every_judge_accepts_what_the_service_says_of_itself(
    name, catalogue, judges: tuple[Judge, ...]
):
    text = of_site(name, catalogue)
    for judge in judges:
        assert judge.errors(text) == []


ANSWERED = [
    *((MEETS_ALL, f"return={word}") for word in ("representation", "minimal", "OperationOutcome")),
    (sample("indeterminate-old-pet"), ""),
    (MEETS_ALL.replace(b'"final"', b"7", 1), ""),
    (TWO, ""),
    (b"{", ""),
]


@pytest.mark.peer
@pytest.mark.parametrize("number", range(len(ANSWERED)))
def test_every_judge_accepts_what_is_answered(number, served, catalogue, judges: tuple[Judge, ...]):
    record, prefer = ANSWERED[number]
    base = served(Site(catalogue, Settings()))
    headers = {**SENT, "Prefer": prefer}
    answer = requests.post(base + EVALUATE, data=record, headers=headers, timeout=60).content
    for judge in judges:
        assert judge.errors(answer) == []


def test_the_service_names_what_runs_and_where(served, catalogue):
    site = Site(catalogue, Settings(base="https://nelm.example"))
    told = requests.get(f"{served(site)}/fhir/metadata", timeout=30).json()
    assert told["software"]["version"] == VERSION
    assert told["implementation"]["url"] == "https://nelm.example/fhir"
    assert told["fhirVersion"] == "4.0.1"
    operations = {one["name"]: one["definition"] for one in told["rest"][0]["operation"]}
    assert operations["nelm-evaluate"] == f"{BASE}/OperationDefinition/nelm-evaluate"


def test_only_operations_that_are_there_are_named(catalogue):
    site = Site(catalogue, Settings())
    assert capability(site, [])["rest"][0]["operation"] == []
    assert [one["name"] for one in capability(site, PATHS[1:])["rest"][0]["operation"]] == [
        "process-message"
    ]


def test_the_definition_has_the_parameters_that_are_read(served, catalogue):
    base = served(Site(catalogue, Settings()))
    told = requests.get(f"{base}{DESCRIPTIONS[1]}", timeout=30).json()
    taken = {one["name"]: one for one in told["parameter"] if one["use"] == "in"}
    assert set(taken) == {BUNDLE, *VALUES}
    assert {name for name, one in taken.items() if one["max"] == "*"} == SEVERAL
    assert f"{BASE}/OperationDefinition/{told['id']}" == told["url"]
    for name, keys in VALUES.items():
        kind = taken[name]["type"]
        assert keys[0] == f"value{kind[0].upper()}{kind[1:]}"


@pytest.mark.parametrize("path", DESCRIPTIONS)
def test_descriptions_have_the_type_that_is_accepted(served, catalogue, path):
    base = served(Site(catalogue, Settings()))
    for accept in ("application/fhir+json", "application/json+fhir"):
        answer = requests.get(base + path, headers={"Accept": accept}, timeout=30)
        assert answer.headers["Content-Type"] == accept


PAGES = "nelm_fhir.service.pages"


def test_openapi_names_every_address_but_pages_and_no_other(served, catalogue, tmp_path):
    site = Site(catalogue, Settings(cds=Cds(feedback=tmp_path / "feedback.ndjson")))
    there = {
        (route.path, method.lower())
        for route in application(site).routes
        if isinstance(route, Route) and not route.endpoint.__module__.startswith(PAGES)
        for method in (route.methods or set()) - {"HEAD"}
    }
    document = requests.get(f"{served(site)}/openapi.json", timeout=30).json()
    told = {(path, method) for path, one in document["paths"].items() for method in one}
    assert told == there


def test_openapi_is_served_with_the_address_and_version_of_what_runs(served, catalogue):
    site = Site(catalogue, Settings(base="https://nelm.example"))
    told = json.loads(requests.get(f"{served(site)}/openapi.json", timeout=30).content)
    assert told["openapi"].startswith("3.1")
    assert told["info"]["version"] == VERSION
    assert told["servers"] == [{"url": "https://nelm.example"}]
