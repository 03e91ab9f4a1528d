"""The status contract: what a sender is told, row by row (interop 1).

A status is what a queue of a hospital acts on, so each row is a real request to a running service.
The rows of tokens, messages and CDS Hooks stand with those doors.
"""

import json
import logging
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from tests.service.asking import (
    ALIAS,
    DAY,
    EVALUATE,
    FHIR,
    MEETS_ALL,
    bundle,
    outcome_in,
    packed,
    parameters,
    sample,
    verdicts,
)

from nelm_fhir.errors import (
    KnowledgeError,
    LedgerUnavailable,
    MergedPatient,
    PartialRecord,
    ServerRefused,
    ServerUnavailable,
    WriteRefused,
)
from nelm_fhir.exchange.server import Server
from nelm_fhir.fhir_r4.limits import MAX_ENTRIES
from nelm_fhir.service.audit import Audit
from nelm_fhir.service.settings import Limits, Settings
from nelm_fhir.service.site import Site
from nelm_fhir.service.statuses import HttpFault, answer_of

PATIENT = {"resourceType": "Patient", "id": "a"}
NET = {"coding": [{"system": "http://snomed.info/sct", "code": "128928004"}]}
CONDITION = {"resourceType": "Condition", "code": NET, "subject": {"reference": "Patient/a"}}
OTHERS = {**CONDITION, "subject": {"reference": "Patient/b"}}
TWO = bundle(PATIENT, CONDITION, {"resourceType": "Patient", "id": "b"}, OTHERS)
NOBODY = bundle({"resourceType": "Observation", "status": "final"})
NESTED = json.loads(bundle(PATIENT))
for _ in range(6):
    NESTED = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": NESTED}]}
TWICE = MEETS_ALL.replace(b'"type"', b'"type": "batch", "type"', 1)
MANY = b'{"resourceType":"Bundle","type":"collection","entry":[%s]}' % b",".join(
    [b"{}"] * (MAX_ENTRIES + 1)
)
BOMB = packed(MEETS_ALL + b" " * 20_000_000)
SMALL = Limits(bytes=50_000, packed_bytes=4_000)


@dataclass(frozen=True)
class Row:
    """One request, and what must come back: status, issue type, and a word of what is said."""

    name: str
    status: int
    body: bytes = MEETS_ALL
    code: str | None = None
    says: str = ""
    path: str = EVALUATE
    method: str = "POST"
    headers: dict[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    answered: dict[str, str] = field(default_factory=dict)


def typed(name: str) -> dict[str, str]:
    return {"Content-Type": name}


GZIP = {"Content-Encoding": "gzip"}
ROWS = [
    Row("evaluated", 200, answered={"Content-Type": FHIR}),
    Row("evaluated by the alias", 200, path=ALIAS, answered={"Content-Type": FHIR}),
    Row("missing data", 200, sample("indeterminate-old-pet")),
    Row("a record about nothing of ours", 200, bundle(PATIENT)),
    Row("with damage in an entry", 200, MEETS_ALL.replace(b'"final"', b"7", 1)),
    Row("Parameters", 200, parameters(criteria=["optn", "esmo-2020"])),
    Row("packed", 200, packed(MEETS_ALL), headers=GZIP),
    Row("plain JSON", 200, headers=typed("application/json; charset=UTF-8"),
        answered={"Content-Type": FHIR}),
    Row("the old name", 200, headers={**typed("application/json+fhir"),
        "Accept": "application/json+fhir"}, answered={"Content-Type": "application/json+fhir"}),
    Row("Accept of several", 200, headers={"Accept": "text/html, */*;q=0.1"}),
    Row("R4 by its number", 200, headers={"Accept": "application/fhir+json; fhirVersion=4.0"}),
    Row("format in the address", 200, path=f"{EVALUATE}&_format=json",
        headers={"Accept": "application/fhir+xml"}),
    Row("empty", 400, b"", "structure", "empty"),
    Row("no JSON", 400, b'{"resourceType": "Bundle", nonsense', "structure", "byte 27"),
    Row("cut off", 400, MEETS_ALL[:50_000], "structure", "ends at byte 50000,"),
    Row("no FHIR", 400, b'{"a": 1}', "structure", "no FHIR resource"),
    Row("a number", 400, b"7", "structure", "no JSON object"),
    Row("another version", 400, MEETS_ALL.replace(b"{", b'{"fhirVersion": "3.0.2", ', 1),
        "not-supported"),
    Row("a key twice on the Bundle", 400, TWICE, "structure", "repeated in the Bundle"),
    Row("two records", 400, MEETS_ALL.replace(b"\n", b"") + b"\n" + TWO, "invalid", "2 records"),
    Row("gzip that is none", 400, headers=GZIP, code="structure", says="gzip"),
    Row("gzip cut off", 400, packed(MEETS_ALL)[:-9], "structure", "compressed", headers=GZIP),
    Row("asOf that is no day", 400, path="/evaluate?asOf=soon", code="value", says="YYYY-MM-DD"),
    Row("patient in the address", 400, path=f"{ALIAS}&subject=Patient/a", code="value"),
    Row("an unknown parameter", 400, parameters(what="x"), "value", "number 2"),
    Row("Parameters without Bundle", 400, b'{"resourceType":"Parameters"}', "value", "bundle"),
    Row("a key twice in Parameters", 400,
        parameters(asOf="2026-06-01").replace(b'"valueString"', b'"name":"asOf","valueString"'),
        "structure", "repeated"),
    Row("not valid, asked strictly", 400, MEETS_ALL.replace(b'"birthDate"', b'"born"', 1),
        "invalid", headers={"Prefer": "handling=strict"}),
    Row("two patients", 422, TWO, "business-rule", "2 patients"),
    Row("nobody", 422, NOBODY, "invariant"),
    Row("another subject", 422, parameters(subject="Patient/other"), "invariant", "subject"),
    Row("an unknown set", 422, path=f"{ALIAS}&criteria=mine", code="business-rule", says="optn"),
    Row("an unknown option", 422, parameters(option="mine"), "business-rule", "option number 1"),
    Row("XML", 415, b"<Bundle/>", "not-supported", FHIR, headers=typed("application/fhir+xml")),
    Row("a form", 415, headers=typed("application/x-www-form-urlencoded"), code="not-supported"),
    Row("no type", 415, headers=typed(""), code="not-supported"),
    Row("R3 by its number", 415, headers=typed(f"{FHIR}; fhirVersion=3.0"), code="not-supported"),
    Row("UTF-16", 415, headers=typed(f"{FHIR}; charset=utf-16"), code="not-supported"),
    Row("packed otherwise", 415, headers={"Content-Encoding": "br"}, code="not-supported",
        answered={"Accept-Encoding": "gzip"}),
    Row("Accept of XML", 406, headers={"Accept": "application/fhir+xml"}, code="not-supported",
        says=FHIR, answered={"Content-Type": FHIR}),
    Row("Accept of R5", 406, headers={"Accept": f"{FHIR};fhirVersion=5.0"}, code="not-supported"),
    Row("Accept of nothing of ours", 406, path="/fhir/metadata", method="GET",
        headers={"Accept": "text/turtle"}, code="not-supported"),
    Row("format of XML", 406, path=f"{EVALUATE}&_format=xml", code="not-supported"),
    Row("too long", 413, code="too-long", says="50000 bytes", limits=SMALL),
    Row("too long, packed", 413, packed(MEETS_ALL), "too-long", "4000 bytes", headers=GZIP,
        limits=SMALL),
    Row("too long, packed and not announced", 413, packed(MEETS_ALL), "too-long", "4000 bytes",
        limits=SMALL),
    Row("grows too long", 413, packed(b" " * 60_000), "too-long", "50000 bytes", headers=GZIP,
        limits=SMALL),
    Row("grows as no record does", 413, BOMB, "too-long", "100 times", headers=GZIP),
    Row("too many entries", 413, MANY, "too-long", str(MAX_ENTRIES)),
    Row("Bundles too deep", 413, json.dumps(NESTED).encode(), "too-long", "4 inside each other"),
    Row("arrays too deep", 413, b"[" * 200_000, "too-long", "nested too deeply"),
    Row("no room for it", 429, code="throttled", says="received at once",
        limits=Limits(held=100_000), answered={"Retry-After": "5"}),
    Row("no room for what comes out", 429, packed(MEETS_ALL), "throttled", "received at once",
        headers=GZIP, limits=Limits(held=1_000_000), answered={"Retry-After": "5"}),
    Row("nothing there", 404, path="/nowhere", method="GET", code="not-found", says="metadata"),
    Row("not by GET", 405, path="/evaluate", method="GET", code="not-supported",
        answered={"Allow": "POST"}),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_of_the_contract(row: Row, served, catalogue):
    base = served(Site(catalogue, Settings(limits=row.limits)))
    body = row.body if row.method == "POST" else None
    headers = {"Content-Type": FHIR, **row.headers}
    got = requests.request(row.method, base + row.path, data=body, headers=headers, timeout=30)
    assert got.status_code == row.status, got.text
    for name, value in row.answered.items():
        assert got.headers[name].partition(",")[0].startswith(value)
    assert got.headers["X-Request-Id"]
    assert got.headers["Cache-Control"] == "no-store"
    if row.code is not None:
        assert_says(got.json(), row)
    elif row.method == "POST":
        assert {issue["severity"] for issue in outcome_in(got.json())["issue"]} <= {
            "information",
            "warning",
        }


def assert_says(outcome: dict[str, Any], row: Row) -> None:
    """Who reads `diagnostics` alone learns as much as who reads `details`."""
    assert outcome["resourceType"] == "OperationOutcome"
    (issue,) = outcome["issue"]
    assert issue["code"] == row.code
    assert row.says in issue["diagnostics"]
    assert issue["diagnostics"].startswith(issue["details"]["text"])
    if row.status in {400, 422} and row.code in {"structure", "business-rule", "invariant"}:
        assert issue["location"]


def test_missing_data_are_an_answer_and_no_error(served, catalogue):
    base = served(Site(catalogue, Settings()))
    got = requests.post(
        base + EVALUATE,
        data=sample("indeterminate-old-pet"),
        headers={"Content-Type": FHIR},
        timeout=30,
    )
    assert "indeterminate" in verdicts(got.json()).values()


def test_what_cannot_be_read_has_its_place_as_fhirpath_and_as_xpath(served, catalogue):
    base = served(Site(catalogue, Settings()))
    damaged = json.loads(MEETS_ALL)
    number = next(
        number
        for number, entry in enumerate(damaged["entry"])
        if entry["resource"].get("id") == "ki67-liver"
    )
    damaged["entry"][number]["resource"]["status"] = "nonsense"
    got = requests.post(base + EVALUATE, json=damaged, headers={"Content-Type": FHIR}, timeout=30)
    issues = outcome_in(got.json())["issue"]
    place = f"Bundle.entry[{number}].resource"
    (issue,) = [one for one in issues if one.get("expression") == [place]]
    assert issue["location"] == [f"/f:Bundle/f:entry[{number + 1}]/f:resource"]


def test_too_many_at_once_are_told_to_come_again(served, catalogue):
    base = served(Site(catalogue, Settings(limits=Limits(at_once=1, waiting=1))))

    def send(_number: int) -> requests.Response:
        headers = {"Content-Type": FHIR}
        return requests.post(base + EVALUATE, data=MEETS_ALL, headers=headers, timeout=60)

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(send, range(12)))
    statuses = {answer.status_code for answer in answers}
    assert statuses == {200, 429}
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert int(refused.headers["Retry-After"]) > 0
    assert refused.json()["issue"][0]["code"] == "throttled"
    assert send(0).status_code == 200  # turns come back


def test_room_comes_back_whether_it_was_used_or_refused(served, catalogue):
    site = Site(catalogue, Settings(limits=Limits(held=9_000_000)))
    base = served(site)
    for _ in range(3):
        for body, headers in ((MEETS_ALL, {}), (packed(MEETS_ALL), GZIP), (BOMB, GZIP)):
            sent = {"Content-Type": FHIR, **headers}
            got = requests.post(base + EVALUATE, data=body, headers=sent, timeout=60)
            assert got.status_code == (413 if body is BOMB else 200)
    assert eventually_empty(site)
    with pytest.raises(HttpFault):
        site.room.take({"type": "http"}, 1)


def eventually_empty(site: Site) -> bool:
    """Take all room there is; the last request may still be on its way out."""
    for _ in range(200):
        with suppress(HttpFault):
            site.room.take({"type": "http"}, 9_000_000)
            return True
        time.sleep(0.01)
    return False


def test_a_body_that_does_not_arrive_is_given_up(served, catalogue):
    base = served(Site(catalogue, Settings(limits=Limits(seconds=0.3))))
    host, port = base.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as slow:
        slow.sendall(
            f"POST {ALIAS} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: {FHIR}\r\n"
            "Content-Length: 1000\r\n\r\n{".encode()
        )
        answer = b"".join(iter(lambda: slow.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 408")
    assert b'"timeout"' in answer


def test_what_is_down_is_named_with_when_to_come_again(served, catalogue, tmp_path):
    nobody = Server("http://127.0.0.1:9/fhir")
    base = served(Site(catalogue, Settings(server=nobody)))
    got = requests.get(f"{base}/readyz", timeout=30)
    assert got.status_code == 503
    assert got.headers["Retry-After"]
    assert got.json() == {"ready": False, "ledger": "off", "fhir_server": "down"}
    assert requests.get(f"{base}/healthz", timeout=5).status_code == 200


def test_what_cannot_be_noted_is_not_shown(served, catalogue, tmp_path):
    audit = Audit(tmp_path / "gone" / "audit.ndjson")
    base = served(Site(catalogue, Settings(), audit=audit))
    headers = {"Content-Type": FHIR}
    got = requests.post(base + EVALUATE, data=MEETS_ALL, headers=headers, timeout=30)
    assert got.status_code == 503
    assert got.headers["Retry-After"]
    assert b"RiskAssessment" not in got.content


def test_a_defect_says_a_number_and_nothing_else(served, catalogue, caplog):
    def broken():
        raise ValueError("CANARY7F3A")

    base = served(Site(catalogue, Settings(), now=broken))
    headers = {"Content-Type": FHIR, "X-Request-Id": "engine-1"}
    with caplog.at_level(logging.DEBUG):
        got = requests.post(f"{base}/evaluate", data=MEETS_ALL, headers=headers, timeout=30)
    assert got.status_code == 500
    assert got.headers["X-Request-Id"] == "engine-1"
    (issue,) = got.json()["issue"]
    number = next(word for word in issue["diagnostics"].split() if word.strip(";").isdigit())
    assert f"number={number.strip(';')} kind=ValueError" in caplog.text
    assert "CANARY7F3A" not in got.text + caplog.text
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (MergedPatient("x"), 422),
        (PartialRecord("x"), 422),
        (WriteRefused("x"), 409),
        (LedgerUnavailable("x"), 503),
        (ServerUnavailable("x"), 503),
        (ServerRefused("x"), 502),
        (KnowledgeError("x"), 500),
        (KeyError("x"), 500),
    ],
    ids=lambda one: type(one).__name__,
)
def test_errors_that_no_door_here_can_cause_have_their_status_too(error, status):
    from starlette.requests import Request

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""}
    answer = answer_of(error, Request(scope))
    assert answer.status_code == status
    assert ("retry-after" in answer.headers) == (status == 503)
    if isinstance(error, ServerUnavailable):
        assert b"FHIR server" in answer.body


def test_the_day_of_the_tests_is_the_one_of_the_samples():
    assert DAY in ALIAS
