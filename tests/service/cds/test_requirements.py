"""Every requirement of CDS Hooks 2.0.1 on a service has its test, or says why there is none.

`cds_hooks_requirements.toml` is the table, held against the requirements that Inferno numbers; the
tests here are those of its rows that stand nowhere else.
"""

import ast
import json
import tomllib
from collections import Counter
from pathlib import Path

import pytest
import requests
from tests.servers.ehr import Ehr, bearer
from tests.service.cds.ehr_calls import House, call, patient_of
from tests.service.cds.test_calls import empties
from tests.service.conftest import running

from nelm_fhir.service.audit import Audit
from nelm_fhir.service.cds.settings import Cds
from nelm_fhir.service.settings import Settings
from nelm_fhir.service.site import Site
from nelm_fhir.service.trust.settings import Issuer, Realm, Trust

HERE = Path(__file__).parent
TABLE = tomllib.loads((HERE.parent / "cds_hooks_requirements.toml").read_text(encoding="utf-8"))
ROWS = {f"{part}.{name}": row for part, rows in TABLE.items() for name, row in rows.items()}
INFERNO = tomllib.loads((HERE.parent / "cds_hooks_inferno.toml").read_text(encoding="utf-8"))
BASE = "https://nelm.example"
VIEW = f"{BASE}/cds-services/nelm-patient-view"


def file_of(test: str) -> Path:
    """The file of a test: beside this one, in the folder above, or in a folder of all tests."""
    name = test.partition("::")[0]
    places = (HERE / name, HERE.parent / name, HERE.parents[1] / name.removeprefix("../"))
    return next(place for place in places if place.is_file())


def named_in(path: Path) -> set[str]:
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            found |= {f"{node.name}::{one.name}" for one in node.body if hasattr(one, "name")}
    return found


@pytest.mark.parametrize("name", ROWS)
def test_a_requirement_has_tests_that_exist_or_a_reason(name):
    row = ROWS[name]
    assert set(row) <= {"level", "section", "says", "inferno", "tests", "reason"}
    assert row["level"] in ("shall", "should")
    assert bool(row.get("tests")) != bool(row.get("reason"))
    for test in row.get("tests", ()):
        assert test.partition("::")[2] in named_in(file_of(test))


def test_no_row_says_the_same_as_another():
    said = [row["says"] for row in ROWS.values()]
    assert len(said) == len(set(said))


@pytest.mark.parametrize("level", ["shall", "should"])
def test_everything_that_inferno_asks_of_a_service_stands_in_the_table(level):
    listed = Counter(number for row in ROWS.values() for number in row.get("inferno", ()))
    assert set(INFERNO[level]) <= set(listed)
    assert max(listed.values()) == 1


def test_every_number_in_the_table_is_one_of_inferno():
    known = {number for numbers in INFERNO.values() for number in numbers}
    assert len(known) == 120
    listed = {number for row in ROWS.values() for number in row.get("inferno", ())}
    assert listed == known - set(INFERNO["may"]) - set(INFERNO["withdrawn"])


@pytest.mark.parametrize("name", ROWS)
def test_a_row_is_as_binding_as_what_it_stands_for(name):
    if set(ROWS[name].get("inferno", ())) & set(INFERNO["shall"]):
        assert ROWS[name]["level"] == "shall"


@pytest.mark.parametrize("sample", ["meets-all", "local-codes"])
@pytest.mark.parametrize("hook", ["patient-view", "order-select"])
def test_nothing_in_an_answer_is_null_or_empty(house, sample, hook):
    service = house()
    assert empties(service.discovery().json()) == []
    found = service.called(call(sample, hook), hook).json()
    assert empties(found) in ([], ["answer.cards"])


def test_every_service_has_what_is_required_of_it(house):
    for service in house().discovery().json()["services"]:
        for name in ("hook", "title", "description", "id"):
            assert isinstance(service[name], str)
            assert service[name]


def test_the_id_is_the_address(house):
    service = house()
    for one in service.discovery().json()["services"]:
        assert one["id"] == f"nelm-{one['hook']}"
        assert service.called(call(hook=one["hook"]), one["hook"]).status_code == 200


def test_a_service_is_called_by_post_alone(house):
    address = f"{house().base}/cds-services/nelm-patient-view"
    assert requests.get(address, timeout=5).status_code == 405


def test_each_call_has_cards_of_its_own(house):
    service = house()
    first = service.card(call())["uuid"]
    assert service.card(call())["uuid"] == first
    assert service.card(call(hookInstance="another-call"))["uuid"] != first


def test_feedback_on_a_card_names_its_uuid(house, tmp_path):
    path = tmp_path / "feedback.ndjson"
    service = house(feedback=path)
    card = service.card(call())["uuid"]
    told = {"card": card, "outcome": "overridden", "outcomeTimestamp": "2026-05-20T09:00:00Z"}
    assert service.told({"feedback": [told]}).status_code == 200
    assert card in path.read_text()


def test_a_call_stands_in_the_audit_file(loopback, catalogue, tmp_path):
    path = tmp_path / "audit.ndjson"
    with running(Site(catalogue, Settings(base=BASE), audit=Audit(path))) as base:
        assert House(base).called(call()).status_code == 200
    [line] = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    assert line["patient"] == f"Patient/{patient_of('meets-all')}"
    assert line["outcome"] == "done"


@pytest.fixture
def trusted(loopback, catalogue, tmp_path):
    """A service that trusts one EHR, and the EHR."""
    ehr = Ehr()
    (tmp_path / "keys.json").write_bytes(ehr.published)
    realms = frozenset({Realm.CDS})
    trust = Trust((Issuer(ehr.name, keys_file=tmp_path / "keys.json", realms=realms),))
    cds = Cds(feedback=tmp_path / "feedback.ndjson")
    with running(Site(catalogue, Settings(base=BASE, trust=trust, cds=cds))) as base:
        yield House(base), ehr


def test_a_call_without_a_token_is_refused_where_an_ehr_is_configured(trusted):
    service, ehr = trusted
    refused = service.called(call())
    assert refused.status_code == 401
    assert f"expected aud is {VIEW}" in refused.text
    assert service.called(call(), **bearer(ehr.token(VIEW))).status_code == 200


def test_discovery_answers_with_and_without_a_token(trusted):
    service, ehr = trusted
    assert service.discovery().status_code == 200
    token = bearer(ehr.token(f"{BASE}/cds-services"))
    assert service.discovery(**token).status_code == 200
    assert service.discovery(**bearer(ehr.token(VIEW))).status_code == 401


def test_a_token_is_for_one_endpoint(trusted):
    service, ehr = trusted
    other = f"{BASE}/cds-services/nelm-order-select"
    assert service.called(call(), **bearer(ehr.token(other))).status_code == 401
    told = {
        "feedback": [
            {"card": "x", "outcome": "overridden", "outcomeTimestamp": "2026-05-20T09:00:00Z"}
        ]
    }
    for audience, status in ((VIEW, 200), (f"{VIEW}/feedback", 200), (other, 401)):
        headers = {"Content-Type": "application/json", **bearer(ehr.token(audience))}
        address = f"{service.base}/cds-services/nelm-patient-view/feedback"
        assert requests.post(address, json=told, headers=headers, timeout=5).status_code == status
