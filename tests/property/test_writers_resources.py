"""Whatever a criterion's result holds, what is written from it is valid and says the same.

Random results: any text, any amount, any span, any evidence. The written resource must pass our own
checks and fhir.resources, survive JSON, and escape what a record smuggles in.
"""

import json
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from tests.peers.judges import R4BModels
from tests.unit.writers.written import (
    SENDING,
    bundled,
    carried_by,
    vignettes,
    voice,
    withdrawn,
)

from nelm_fhir.assessment.result import (
    Assessment,
    CriterionResult,
    Limit,
    Missing,
    SetVerdict,
    Subject,
    Verdict,
)
from nelm_fhir.assessment.sentences import only_possible
from nelm_fhir.core.amounts import TESTS, Amount
from nelm_fhir.core.dates import DaySpan
from nelm_fhir.core.evidence import Evidence, SetAside
from nelm_fhir.core.logic import Status
from nelm_fhir.core.unknown import NotApplicable, Reason
from nelm_fhir.writers.checks import faults
from nelm_fhir.writers.fhir_json import fhir_json
from nelm_fhir.writers.identity import identity_key
from nelm_fhir.writers.retraction import retracted
from nelm_fhir.writers.risk_assessment import risk_assessment
from nelm_fhir.writers.strategies import Strategy

ANY_TEXT = st.text(st.characters(), max_size=30) | st.sampled_from(
    ["<script>alert(1)</script>", "]]>", "&amp;", "\x00", "\ud800", " ", "<!-- -->"]
)
TEXT = ANY_TEXT.filter(bool)
UNITS = st.sampled_from(["%", "mo", "a", "/(2.mm2)"])
NUMBERS = st.decimals(0, 1000, places=2, allow_nan=False)
DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
STATUS = st.sampled_from(Status)
REASONS = {Status.UNKNOWN: Reason, Status.NOT_APPLICABLE: NotApplicable}
RESOURCES = TEXT | st.sampled_from(
    ["Observation/a", "Observation/b#c", "urn:uuid:6f1d1f0c-2f6e-4b6e-9a51-0c5d6f3f2a10"]
)


@st.composite
def amounts(draw: st.DrawFn) -> Amount:
    low, high = sorted(draw(st.tuples(NUMBERS, NUMBERS)))
    unit = draw(UNITS)
    if low == high:
        return Amount(low, draw(st.sampled_from([high, None])), unit)
    return Amount(low, high, unit, low_open=draw(st.booleans()), high_open=draw(st.booleans()))


@st.composite
def spans(draw: st.DrawFn) -> DaySpan:
    return DaySpan(*sorted(draw(st.tuples(DAYS, DAYS))))


EVIDENCE = st.builds(
    Evidence,
    resource=RESOURCES,
    path=TEXT,
    version=st.none() | ANY_TEXT | st.just("2"),
    recorded=st.none() | ANY_TEXT | st.just("2026-05"),
    text=st.none() | ANY_TEXT,
)
OBSERVED = st.none() | amounts() | spans() | st.booleans() | ANY_TEXT
LIMITS = st.lists(
    st.builds(Limit, st.sampled_from(TESTS), st.sampled_from(["3", "50.0"]), UNITS), max_size=2
)


@st.composite
def results(draw: st.DrawFn) -> CriterionResult:
    status = draw(STATUS)
    running = status is Status.NOT_MET and draw(st.booleans())
    return CriterionResult(
        id=draw(st.sampled_from(["M16-BURD", "M16-STAB", "RECORD"])),
        kind=draw(st.sampled_from(["requirement", "exclusion", "clock", "guard", "relative"])),
        label=draw(TEXT),
        status=status,
        statement=draw(TEXT),
        settle=draw(TEXT),
        reason=str(draw(st.sampled_from(REASONS[status]))) if status in REASONS else None,
        value=draw(st.none() | ANY_TEXT),
        observed=draw(OBSERVED),
        limits=tuple(draw(LIMITS)),
        evidence=tuple(draw(st.lists(EVIDENCE, max_size=3))),
        set_aside=tuple(draw(st.lists(st.builds(SetAside, EVIDENCE, TEXT), max_size=2))),
        running=running,
        earliest=draw(DAYS) if running else None,
        source=draw(st.none() | TEXT),
        basis=("paper",),
    )


@st.composite
def verdicts(draw: st.DrawFn) -> SetVerdict:
    verdict = draw(st.sampled_from(Verdict))
    found = tuple(draw(st.lists(results(), max_size=3)))
    unknown = [result for result in found if result.status is Status.UNKNOWN]
    return SetVerdict(
        set="milan-net-2016",
        version="2016.1",
        title=draw(TEXT),
        citation=draw(TEXT),
        verdict=verdict,
        deciding=tuple(result.id for result in found),
        earliest=draw(DAYS) if verdict is Verdict.DEFERRED else None,
        missing=tuple(Missing(r.id, r.reason or "", (), r.settle) for r in unknown),
        flags=(),
        criteria=found,
    )


def assessment_of(verdict: SetVerdict) -> Assessment:
    return replace(vignettes()["V01"], verdicts=(verdict,))


@given(verdicts())
def test_any_result_gives_a_valid_resource(verdict: SetVerdict) -> None:
    one = risk_assessment(assessment_of(verdict), verdict, valid_months=3, voice=voice())
    assert list(faults(one)) == []
    assert R4BModels().errors(fhir_json(one)) == []


@given(verdicts(), st.sampled_from(SENDING))
def test_any_result_gives_a_valid_carrier_and_a_valid_retraction(
    verdict: SetVerdict, strategy: Strategy
) -> None:
    (one,) = carried_by(strategy, assessment_of(verdict))
    for each in (one, retracted(json.loads(fhir_json(one)), withdrawn())):
        assert list(faults(each)) == []
        assert R4BModels().errors(fhir_json(each)) == []
        assert not re.search(r"<(?!/?(?:p|ul|li|div)\b)", each["text"]["div"])
        assert not any(re.search(r"<[A-Za-z/!?]", note["text"]) for note in each.get("note", ()))


@given(verdicts(), st.sampled_from(["transaction", "collection"]))
def test_any_result_gives_a_valid_bundle(verdict: SetVerdict, kind: str) -> None:
    bundle = bundled(
        assessment_of(verdict), "transaction" if kind == "transaction" else "collection"
    )
    assert list(faults(bundle)) == []


@given(verdicts())
def test_no_text_of_a_record_becomes_markup(verdict: SetVerdict) -> None:
    one = risk_assessment(assessment_of(verdict), verdict, valid_months=3, voice=voice())
    div = one["text"]["div"]
    assert not re.search(r"<(?!/?(?:p|ul|li|div)\b)", div)
    assert not re.search(r"&(?!amp;|lt;|gt;)", div)
    assert not any(re.search(r"<[A-Za-z/!?]", note["text"]) for note in one["note"])


@given(verdicts())
def test_status_observed_value_and_limits_come_back_from_the_json(verdict: SetVerdict) -> None:
    one = risk_assessment(assessment_of(verdict), verdict, valid_months=3, voice=voice())
    read = json.loads(fhir_json(one), parse_float=Decimal, parse_int=Decimal)
    for result, prediction in zip(verdict.criteria, read["prediction"][1:], strict=True):
        assert prediction["qualitativeRisk"]["coding"][0]["code"] == result.status
        parts = prediction.get("extension", [{"extension": []}])[0]["extension"]
        named = {part["url"]: part for part in parts}
        assert named.get("reason", {}).get("valueCode") == result.reason
        if isinstance(result.observed, bool) and not only_possible(result):
            assert named["observed"]["valueBoolean"] is result.observed
        if isinstance(result.observed, Amount) and not only_possible(result):
            assert _numbers(named["observed"]) <= _ends(result.observed)


def _numbers(part: dict[str, object]) -> set[Decimal]:
    """The numbers of a Quantity or Range; a string, which an open interval becomes, has none."""
    found: set[Decimal] = set()

    def look(tree: object) -> None:
        if isinstance(tree, Decimal):
            found.add(tree)
        elif isinstance(tree, dict):
            for value in tree.values():
                look(value)

    look(part)
    return found


def _ends(amount: Amount) -> set[Decimal]:
    return {amount.low, amount.low if amount.high is None else amount.high}


@given(st.tuples(TEXT, TEXT, TEXT, DAYS), st.tuples(TEXT, TEXT, TEXT, DAYS))
def test_identities_are_equal_exactly_when_all_four_parts_are(
    one: tuple[str, str, str, date], other: tuple[str, str, str, date]
) -> None:
    assert (identity_key(*one) == identity_key(*other)) is (one == other)


@given(RESOURCES)
def test_any_patient_reference_gives_a_subject(reference: str) -> None:
    if not reference.partition("/_history/")[0].strip():
        return
    assessment = replace(vignettes()["V01"], subject=Subject(reference))
    one = risk_assessment(assessment, assessment.verdicts[0], valid_months=3, voice=voice())
    assert R4BModels().errors(fhir_json(one)) == []
