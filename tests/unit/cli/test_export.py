"""`nelm export` against a Bulk Data server of our own."""

import json

import pytest
from tests.servers.bulk_export import Bulk
from tests.servers.local import outcome
from tests.unit.cli.run import nelm

pytestmark = pytest.mark.usefixtures("loopback")
CANARY = "CANARY7F3A"
FILES = {"Patient": [{"resourceType": "Patient", "id": CANARY, "name": [{"text": CANARY}]}]}


def export(bulk, folder, *arguments):
    where = ("--server", bulk.base, "--output", str(folder))
    return nelm("export", *where, "--poll-at-most", "0.01", *arguments)


def test_the_command_says_what_is_here_and_as_of_when(tmp_path):
    with Bulk(files=FILES) as bulk:
        done = export(bulk, tmp_path / "out")
    assert done.exit_code == 0
    where = tmp_path / "out" / "export-0001"
    assert done.output == f"1 file with 1 line in {where}, as of 2026-06-01T00:00:00Z.\n"
    assert (where / "output" / "00001.Patient.ndjson").exists()


def test_without_a_type_all_that_are_read_are_asked_for(tmp_path):
    with Bulk(files=FILES) as bulk:
        export(bulk, tmp_path / "out")
        types = bulk.of("$export")[0].query["_type"].split(",")
    assert {"Patient", "Observation", "Condition", "Medication"} <= set(types)
    with Bulk(files=FILES) as bulk:
        export(bulk, tmp_path / "other", "--type", "Patient", "--group", "nets")
        [asked] = bulk.of("$export")
    assert (asked.path, asked.query["_type"]) == ("/fhir/Group/nets/$export", "Patient")


def test_since_last_is_the_moment_of_the_export_before(tmp_path):
    with Bulk(files=FILES) as bulk:
        export(bulk, tmp_path / "out", "--since", "last")
        export(bulk, tmp_path / "out", "--since", "last")
        first, second = bulk.of("$export")
    assert "_since" not in first.query
    assert second.query["_since"] == "2026-06-01T00:00:00Z"


def test_a_server_that_asks_for_long_pauses_can_be_asked_sooner(tmp_path):
    with Bulk(files=FILES, polls=2, retry_after="3600") as bulk:
        assert export(bulk, tmp_path / "out").exit_code == 0


def test_group_and_system_are_not_both_asked_for(tmp_path):
    with Bulk(files=FILES) as bulk:
        done = export(bulk, tmp_path / "out", "--group", "nets", "--system")
    assert done.exit_code == 2
    assert bulk.asked == []


@pytest.mark.threat(20)
@pytest.mark.parametrize(
    "switches",
    [
        {},
        {"short": 99},
        {"expired": 99},
        {"gone": True},
        {"requires_token": True},
        {"failing": {"status": 200, "content": {"transactionTime": CANARY}}},
        {"failing": vars(outcome(500, "exception", text=CANARY))},
        {"failing": {"status": 200, "content": json.dumps(CANARY).encode()}},
    ],
    ids=["whole", "short", "expired", "gone", "no token", "manifest", "failed", "no manifest"],
)
def test_nothing_of_a_record_or_of_what_a_server_says_is_told(tmp_path, caplog, switches):
    with Bulk(files=FILES, **switches) as bulk, caplog.at_level("DEBUG"):
        done = export(bulk, tmp_path / "out", "--patience", "0")
    assert isinstance(done.exception, SystemExit | None), repr(done.exception)
    assert (done.exit_code == 0) == (not switches)
    assert CANARY not in done.output + caplog.text
