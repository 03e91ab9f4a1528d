"""Provenance: which results, which program, when, from which inputs, by which criteria."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from tests.unit.writers.written import (
    NAMES,
    RECORDED,
    SENDING,
    WITHOUT_ID,
    carried_by,
    resources,
    vignettes,
)

from nelm_fhir.writers.provenance import provenance
from nelm_fhir.writers.strategies import Strategy

ASSESSMENT = vignettes()["V01"]
WRITTEN = resources(ASSESSMENT)
PROVENANCE = provenance(WRITTEN, ASSESSMENT, RECORDED)


def test_it_targets_every_written_resource() -> None:
    assert [one["reference"] for one in PROVENANCE["target"]] == [
        f"urn:uuid:{one['id']}" for one in WRITTEN
    ]


def test_recorded_is_the_moment_that_was_handed_in() -> None:
    assert PROVENANCE["recorded"] == "2026-06-01T14:30:05+00:00"
    moment = datetime(2026, 6, 1, 16, 30, 5, tzinfo=timezone(timedelta(hours=2)))
    assert provenance(WRITTEN, ASSESSMENT, moment)["recorded"] == "2026-06-01T16:30:05+02:00"


def test_a_moment_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        provenance(WRITTEN, ASSESSMENT, RECORDED.replace(tzinfo=None))


def test_the_program_assembled_it() -> None:
    (agent,) = PROVENANCE["agent"]
    assert agent["type"]["coding"][0]["code"] == "assembler"
    assert agent["who"]["display"] == "nelm-fhir 0.1.0"


def test_inputs_stand_once_and_the_criteria_sets_follow_with_their_version() -> None:
    entities = PROVENANCE["entity"]
    assert {entity["role"] for entity in entities} == {"source"}
    inputs = [entity["what"].get("reference") for entity in entities]
    literal = [one for one in inputs if one]
    assert len(set(literal)) == len(literal) > 0
    values = [e["what"]["identifier"]["value"] for e in entities if "identifier" in e["what"]]
    assert values.count(WITHOUT_ID) == 1
    assert values[-7:] == [f"{v.set}|{v.version}" for v in ASSESSMENT.verdicts]


def test_an_earlier_result_that_is_replaced_is_a_revision() -> None:
    earlier = "RiskAssessment/old/_history/1"
    entities = provenance(WRITTEN, ASSESSMENT, RECORDED, revises=[earlier])["entity"]
    assert {"role": "revision", "what": {"reference": earlier}} in entities


def test_provenance_of_test_data_is_tagged_as_test_data() -> None:
    def tags(test_data: bool) -> list[str]:
        written = resources(ASSESSMENT, test_data=test_data)
        return [t["code"] for t in provenance(written, ASSESSMENT, RECORDED)["meta"]["tag"]]

    assert "HTEST" in tags(True)
    assert "HTEST" not in tags(False)


def test_another_moment_is_another_provenance() -> None:
    later = provenance(WRITTEN, ASSESSMENT, datetime(2026, 6, 2, tzinfo=UTC))
    assert later["id"] != PROVENANCE["id"]


def test_what_landed_alone_is_named_as_the_server_names_it() -> None:
    alone = replace(ASSESSMENT, verdicts=ASSESSMENT.verdicts[:1])
    told = provenance(WRITTEN[:1], alone, RECORDED, targets=["RiskAssessment/7/_history/1"])
    assert told["target"] == [{"reference": "RiskAssessment/7/_history/1"}]
    sets = [e["what"]["identifier"]["value"] for e in told["entity"] if "display" in e["what"]]
    assert sets == [f"{alone.verdicts[0].set}|{alone.verdicts[0].version}"]


@pytest.mark.parametrize("strategy", SENDING, ids=NAMES)
def test_whatever_carries_the_results_they_rest_on_the_same(strategy: Strategy) -> None:
    told = provenance(carried_by(strategy, ASSESSMENT), ASSESSMENT, RECORDED)
    assert told["entity"] == PROVENANCE["entity"]
