"""Two servers of other makes start, and take what is written: all of it, and nothing twice.

HAPI drops elements that it does not know without a word, so that every resource is read back and
compared with what was sent. Both get plain requests here; nothing of `exchange` is asked.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pytest
import requests
from click.testing import CliRunner
from tests.peers.loading import SAMPLES, load, session
from tests.peers.read_back import essence, found, told
from tests.peers.servers import FhirServer, HapiServer
from tests.unit.writers.written import (
    NAMES,
    RECORDED,
    SENDING,
    carried_by,
    catalogue,
    withdrawn,
)

from nelm_fhir.cli.main import cli
from nelm_fhir.pipeline import judge, read_one
from nelm_fhir.writers.amending import amended
from nelm_fhir.writers.datatypes import Json
from nelm_fhir.writers.fhir_json import fhir_json
from nelm_fhir.writers.identity import guard
from nelm_fhir.writers.provenance import provenance_of_retraction
from nelm_fhir.writers.retraction import retracted, withdrawal
from nelm_fhir.writers.strategies import STRATEGIES, Strategy, Updates

SAMPLE = "indeterminate-old-pet"
PATIENT = "Patient/sample-cecum-5"

pytestmark = [pytest.mark.peer, pytest.mark.usefixtures("loopback")]
each_strategy = pytest.mark.parametrize("strategy", SENDING, ids=NAMES)


@pytest.fixture(scope="module", params=["hapi", "medplum"])
def server(request: pytest.FixtureRequest) -> FhirServer:
    """Each server, with the record of a sample and nothing else."""
    found: FhirServer = request.getfixturevalue(f"empty_{request.param}")
    load(found, SAMPLE)
    return found


@pytest.fixture
def asking() -> Iterator[requests.Session]:
    with session() as made:
        yield made


def results(strategy: Strategy, days: int = 0, **options: Any) -> list[Json]:
    """What a strategy writes for the sample, judged some days after its as-of date."""
    about = tomllib.loads((SAMPLES / SAMPLE / "sample.toml").read_text())
    as_of = date.fromordinal(date.fromisoformat(about["as_of"]).toordinal() + days)
    text = (SAMPLES / SAMPLE / "bundle.json").read_bytes()
    assessment = judge(read_one(text, catalogue(), as_of=as_of), catalogue())
    return carried_by(strategy, assessment, **options)


def sent(
    asking: requests.Session,
    method: str,
    url: str,
    resource: Json,
    headers: Mapping[str, str] | None = None,
) -> requests.Response:
    return asking.request(method, url, data=fhir_json(resource), headers=headers, timeout=120)


def created(asking: requests.Session, server: FhirServer, resource: Json) -> requests.Response:
    """Create a resource unless it is there; its id is the server's to give."""
    kind = resource["resourceType"]
    body = {name: value for name, value in resource.items() if name != "id"}
    condition = {"If-None-Exist": f"identifier={'|'.join(guard(resource) or ())}"}
    return sent(asking, "POST", f"{server.base}/{kind}", body, condition)


def place(server: FhirServer, stored: Json) -> str:
    return f"{server.base}/{stored['resourceType']}/{stored['id']}"


def test_it_speaks_fhir_r4_and_tells_what_it_takes(
    server: FhirServer, asking: requests.Session
) -> None:
    statement = told(asking.get(f"{server.base}/metadata"))
    assert statement["resourceType"] == "CapabilityStatement"
    assert statement["fhirVersion"] == "4.0.1"
    (rest,) = statement["rest"]
    offered = {
        one["type"]: {interaction["code"] for interaction in one["interaction"]}
        for one in rest["resource"]
    }
    for strategy in SENDING:
        assert strategy.fits(lambda kind, interaction: interaction in offered[kind])
    assert "transaction" in {one["code"] for one in rest["interaction"]}


def test_it_holds_the_record_that_was_loaded(server: FhirServer, asking: requests.Session) -> None:
    patient = told(asking.get(f"{server.base}/{PATIENT}"))
    assert patient["resourceType"] == "Patient"
    asked = {"subject": PATIENT, "_count": "200"}
    answer = told(asking.get(f"{server.base}/Observation", params=asked))
    assert len(answer["entry"]) > 5


def test_what_nelm_assess_writes_is_taken_and_a_second_send_creates_nothing_new(
    server: FhirServer, asking: requests.Session
) -> None:
    command = ["assess", str(SAMPLES / SAMPLE / "bundle.json"), "--as-of", "2026-06-30"]
    told_to = CliRunner().invoke(cli, [*command, "--format", "fhir"])
    assert told_to.exit_code == 0
    for status in ("201", "200"):
        answer = told(asking.post(server.base, data=told_to.stdout_bytes))
        statuses = [entry["response"]["status"][:3] for entry in answer["entry"]]
        assert statuses == [status] * 8
    *written, provenance = [
        entry["resource"] for entry in json.loads(told_to.stdout_bytes)["entry"]
    ]
    stored = [
        one for each in written for one in found(asking, server, "RiskAssessment", guard(each))
    ]
    assert [essence(one) for one in stored] == [essence(one) for one in written]
    (kept,) = tagged(asking, server, provenance["meta"]["tag"][-1])
    targets = [one["reference"].partition("/_history/")[0] for one in kept["target"]]
    assert targets == [f"RiskAssessment/{one['id']}" for one in stored]


def tagged(asking: requests.Session, server: FhirServer, tag: Json) -> list[Json]:
    """The Provenances with a tag."""
    asked = {"_tag": f"{tag['system']}|{tag['code']}"}
    answer = told(asking.get(f"{server.base}/Provenance", params=asked))
    return [entry["resource"] for entry in answer.get("entry", ())]


@each_strategy
def test_a_result_is_created_once_and_read_back_with_every_element(
    server: FhirServer, asking: requests.Session, strategy: Strategy
) -> None:
    for resource in results(strategy, days=1):
        first, second = (created(asking, server, resource) for _ in range(2))
        assert (first.status_code, second.status_code) == (201, 200), second.text[:500]
        (stored,) = found(asking, server, strategy.resource_type, guard(resource))
        assert told(second)["id"] == stored["id"]
        assert essence(told(asking.get(place(server, stored)))) == essence(resource)


@pytest.mark.parametrize("name", [one.name for one in SENDING if one.updates is not Updates.NEVER])
def test_a_changed_result_takes_the_place_of_the_version_that_was_read(
    server: FhirServer, asking: requests.Session, name: str
) -> None:
    strategy = STRATEGIES[name]
    before = results(strategy, days=2)[1]
    stored = told(created(asking, server, before))
    changed = amended(before | {"language": "en"}, stored)
    guarded = {"If-Match": f'W/"{stored["meta"]["versionId"]}"'}
    answer = sent(asking, "PUT", place(server, stored), changed, guarded)
    assert answer.status_code == 200, answer.text[:500]
    (now,) = found(asking, server, strategy.resource_type, guard(before))
    assert now["meta"]["versionId"] != stored["meta"]["versionId"]
    assert essence(now) == essence(changed)
    stale = sent(asking, "PUT", place(server, stored), before | {"id": stored["id"]}, guarded)
    assert stale.status_code in {409, 412}


@each_strategy
def test_a_withdrawn_result_stays_with_its_versions_and_says_nothing(
    server: FhirServer, asking: requests.Session, strategy: Strategy
) -> None:
    resource = results(strategy, days=3)[0]
    stored = told(created(asking, server, resource))
    gone = retracted(stored, withdrawn())
    answer = sent(asking, "PUT", place(server, stored), gone)
    assert answer.status_code == 200, answer.text[:500]
    now = told(asking.get(place(server, stored)))
    assert essence(now) == essence(gone)
    assert now["id"] == stored["id"]
    was = told(asking.get(f"{place(server, stored)}/_history/{stored['meta']['versionId']}"))
    assert essence(was) == essence(resource)
    why = provenance_of_retraction([stored], withdrawn(), "nelm-fhir 0.1.0", RECORDED)
    answer = sent(asking, "POST", f"{server.base}/Provenance", why)
    assert essence(told(asking.get(place(server, told(answer))))) == essence(why)


@pytest.mark.parametrize("name", ["communication", "basic"])
def test_what_cannot_be_updated_is_withdrawn_by_a_new_resource_of_the_same_identity(
    server: FhirServer, asking: requests.Session, name: str
) -> None:
    strategy = STRATEGIES[name]
    resource = results(strategy, days=4, create_only=True)[0]
    stored = told(created(asking, server, resource))
    new = withdrawal(stored, withdrawn())
    first, second = (created(asking, server, new) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert essence(told(asking.get(place(server, told(second))))) == essence(new)
    identity = (resource["identifier"][0]["system"], resource["identifier"][0]["value"])
    assert len(found(asking, server, strategy.resource_type, identity)) == 2


@pytest.fixture
def hapi(empty_hapi: HapiServer) -> HapiServer:
    load(empty_hapi, SAMPLE)
    return empty_hapi


@each_strategy
def test_the_validate_operation_of_a_server_finds_no_error(
    hapi: HapiServer, asking: requests.Session, strategy: Strategy
) -> None:
    kind = strategy.resource_type
    for resource in results(strategy):
        for one in (resource, retracted(resource, withdrawn())):
            answer = sent(asking, "POST", f"{hapi.base}/{kind}/$validate", one)
            errors = [
                issue["diagnostics"]
                for issue in told(answer)["issue"]
                if issue["severity"] in {"error", "fatal"}
            ]
            assert errors == []


def test_the_validate_operation_is_awake(hapi: HapiServer, asking: requests.Session) -> None:
    (broken, *_) = results(STRATEGIES["observation"])
    answer = sent(
        asking, "POST", f"{hapi.base}/Observation/$validate", broken | {"status": "invented"}
    )
    assert "status" in answer.text or "invented" in answer.text
    assert not answer.ok or any(one["severity"] == "error" for one in answer.json()["issue"])


def test_an_unknown_element_is_dropped_without_a_word_and_the_comparison_sees_it(
    hapi: HapiServer, asking: requests.Session
) -> None:
    resource = results(STRATEGIES["observation"], days=5)[0] | {"inventedElement": "x"}
    answer = created(asking, hapi, resource)
    assert answer.status_code == 201
    stored = told(answer)
    assert essence(told(asking.get(place(hapi, stored)))) != essence(resource)


@pytest.mark.parametrize("name", ["hapi", "medplum"])
def test_an_emptied_server_holds_nothing(
    name: str, request: pytest.FixtureRequest, asking: requests.Session
) -> None:
    emptied: FhirServer = request.getfixturevalue(f"{name}_server")
    load(emptied, SAMPLE)
    assert found(asking, emptied, "Patient", None)
    emptied.empty()
    assert found(asking, emptied, "Patient", None) == []
    assert asking.get(f"{emptied.base}/{PATIENT}").status_code in {404, 410}
    load(emptied, SAMPLE)  # for whatever test of this module comes after
