"""A bulk export from kick-off to clean-up, as the versions and their servers differ."""

import gzip
import json
import stat
from dataclasses import replace

import pytest
from tests.servers.bulk_export import MOMENT, Bulk
from tests.servers.local import Reply

from nelm_fhir.errors import AuthFailed, ExchangeError, ExportFailed, ServerRefused, WriteRefused
from nelm_fhir.exchange.auth import Bearer
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.export.kick_off import GET
from nelm_fhir.exchange.export.manifest import Manifest
from nelm_fhir.exchange.export.polling import Expired, Pacing
from nelm_fhir.exchange.export.request import GROUP, SYSTEM, ExportRequest
from nelm_fhir.exchange.export.run import Manner, export, last_moment
from nelm_fhir.exchange.export.state import NAME
from nelm_fhir.exchange.patience import NONE
from nelm_fhir.exchange.server import Server
from nelm_fhir.ledger.lock import sole_writer

pytestmark = pytest.mark.usefixtures("loopback")

PATIENTS = [{"resourceType": "Patient", "id": f"p{n}"} for n in range(3)]
CONDITIONS = [{"resourceType": "Condition", "id": f"c{n}"} for n in range(4)]
FILES = {"Patient": PATIENTS, "Condition": CONDITIONS}
QUICK = Manner(pacing=Pacing(first=0.001, longest=0.002))
ALL = ExportRequest()


def client_of(bulk, **settings):
    return Client(Server(bulk.base, patience=NONE, **settings))


def exported(bulk, folder, wanted=ALL, manner=QUICK, *, fresh=False, **settings):
    with client_of(bulk, **settings) as client:
        return export(client, wanted, folder, manner, fresh=fresh)


def lines(folder, one):
    return [json.loads(line) for line in (folder / one).read_text().splitlines()]


def test_the_files_of_an_export_are_here_whole_and_the_server_may_forget_them(tmp_path):
    with Bulk(files=FILES, polls=3) as bulk:
        done = exported(bulk, tmp_path / "out")
    assert done.transaction_time == MOMENT
    assert [one.name for one in done.files] == [
        "output/00001.Patient.ndjson",
        "output/00002.Condition.ndjson",
    ]
    here = tmp_path / "out" / done.folder
    assert lines(here, done.files[0].name) == PATIENTS
    assert lines(here, done.files[1].name) == CONDITIONS
    assert [one.lines for one in done.files] == [3, 4]
    assert [one.method for one in bulk.of("/status")] == ["GET"] * 4 + ["DELETE"]


def test_a_get_joins_values_by_commas_and_a_post_repeats_them(tmp_path):
    wanted = ExportRequest(
        types=("Patient", "Condition"),
        since="2026-05-01T00:00:00Z",
        until="2026-06-01T00:00:00Z",
        filters=("Condition?code=a,b", "Patient?active=true"),
    )
    with Bulk(files=FILES) as bulk:
        exported(bulk, tmp_path / "get", wanted)
        [asked] = bulk.of("$export")
        assert asked.query["_type"] == "Patient,Condition"
        assert asked.query["_typeFilter"] == "Condition?code=a%2Cb,Patient?active=true"
        assert asked.query["_since"] == "2026-05-01T00:00:00Z"
    with Bulk(files=FILES, get=False) as bulk:
        exported(bulk, tmp_path / "post", wanted)
        refused, asked = bulk.of("$export")
        assert (refused.method, asked.method) == ("GET", "POST")
        parameters = json.loads(asked.body)["parameter"]
        assert [one["valueString"] for one in parameters if one["name"] == "_type"] == [
            "Patient",
            "Condition",
        ]
        [since] = [one for one in parameters if one["name"] == "_since"]
        assert since == {"name": "_since", "valueInstant": "2026-05-01T00:00:00Z"}


def test_a_server_that_exports_no_medications_with_patients_is_asked_without_them(tmp_path):
    wanted = ExportRequest(types=("Condition", "Medication", "Patient"))
    with Bulk(files=FILES, refused=frozenset({"Medication"})) as bulk:
        done = exported(bulk, tmp_path, wanted)
        assert [one.query["_type"] for one in bulk.of("$export")] == [
            "Condition,Medication,Patient",
            "Condition,Patient",
        ]
        assert {one.method for one in bulk.of("$export")} == {"GET"}
        assert done.request == wanted
        assert exported(bulk, tmp_path, wanted).folder == "export-0002"
    system = replace(wanted, level=SYSTEM)
    with Bulk(files=FILES, refused=frozenset({"Medication"})) as bulk:
        exported(bulk, tmp_path / "system", system)
        assert [one.method for one in bulk.of("$export")] == ["GET", "POST"]


def test_an_export_of_fewer_types_than_were_asked_for_is_never_taken_for_it(tmp_path):
    wanted = ExportRequest(types=("Condition", "Patient"))
    with Bulk(files=FILES, get=False, first_type_only=True) as bulk:
        with pytest.raises(ExportFailed, match="every type it was asked for: Patient"):
            exported(bulk, tmp_path, wanted)
        assert list(tmp_path.glob("export-*/*")) == []
        with pytest.raises(ExportFailed, match="Patient"):
            exported(bulk, tmp_path, wanted)
        assert len(bulk.of("$export")) == 4


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        (ExportRequest(), "/fhir/Patient/$export"),
        (ExportRequest(level=SYSTEM), "/fhir/$export"),
        (ExportRequest(level=GROUP, group="nets"), "/fhir/Group/nets/$export"),
        (ExportRequest(level=GROUP, group="a/../b"), "/fhir/Group/a%2F..%2Fb/$export"),
    ],
)
def test_each_level_has_its_operation(tmp_path, wanted, path):
    with Bulk(files=FILES) as bulk:
        exported(bulk, tmp_path / "out", wanted)
        assert bulk.of("$export")[0].path == path


def test_a_server_that_knows_no_get_is_an_error_where_only_get_may_be_used(tmp_path):
    with Bulk(files=FILES, get=False) as bulk, pytest.raises(ServerRefused):
        exported(bulk, tmp_path / "out", manner=replace(QUICK, method=GET))


def test_the_state_of_the_job_may_be_told_apart_from_that_of_the_question(tmp_path):
    with Bulk(files=FILES, apart=True, polls=2) as bulk:
        assert len(exported(bulk, tmp_path / "out").files) == 2


def test_the_server_says_how_long_to_wait(tmp_path):
    waited = []
    manner = replace(QUICK, sleep=waited.append)
    with Bulk(files=FILES, polls=2, retry_after="7") as bulk:
        exported(bulk, tmp_path / "out", manner=manner)
    assert waited == [7, 7]


def test_pauses_double_where_the_server_says_nothing(tmp_path):
    waited = []
    manner = Manner(pacing=Pacing(first=1, longest=4), sleep=waited.append)
    with Bulk(files=FILES, polls=4, retry_after="") as bulk:
        exported(bulk, tmp_path / "out", manner=manner)
    assert waited == [1, 2, 4, 4]


def test_an_export_that_takes_too_long_is_left_to_go_on_later(tmp_path):
    with Bulk(files=FILES, polls=1, retry_after="60") as bulk:
        short = Manner(pacing=Pacing(first=1, longest=4, deadline=30))
        with pytest.raises(ExchangeError, match="did not end in time"):
            exported(bulk, tmp_path / "out", manner=short)
        assert len(exported(bulk, tmp_path / "out").files) == 2
        assert len(bulk.of("$export")) == 1


@pytest.mark.parametrize("key", ["error", "outcome"])
def test_deletions_and_problems_are_kept_in_both_spellings(tmp_path, key):
    deleted = [{"resourceType": "Bundle", "type": "transaction", "entry": []}]
    problems = [{"resourceType": "OperationOutcome", "issue": []}]
    with Bulk(files=FILES, deleted=deleted, problems=problems, problems_key=key) as bulk:
        done = exported(bulk, tmp_path / "out")
    here = tmp_path / "out" / done.folder
    assert lines(here, "deleted/00003.Deleted.ndjson") == deleted
    assert lines(here, "problems/00004.Problems.ndjson") == problems


def test_a_manifest_that_is_split_is_read_to_its_end(tmp_path):
    with Bulk(files=FILES, pages=2) as bulk:
        assert len(exported(bulk, tmp_path / "out").files) == 2


def test_an_interrupted_export_goes_on_with_the_file_that_is_missing(tmp_path):
    with Bulk(files=FILES, short=0) as bulk:
        whole = bulk.file

        def breaking(asked):
            return Reply(400) if asked.path.endswith("Condition") else whole(asked)

        bulk.file = breaking
        with pytest.raises(ExchangeError):
            exported(bulk, tmp_path / "out")
        bulk.file = whole
        done = exported(bulk, tmp_path / "out")
        assert len(done.files) == 2
        assert len(bulk.of("$export")) == 1
        assert len(bulk.of("/Patient")) == 1


def test_another_export_does_not_take_the_place_of_one_under_way(tmp_path):
    with Bulk(files=FILES, failing={"status": 500}) as bulk:
        with pytest.raises(ExportFailed):
            exported(bulk, tmp_path / "out")
        with pytest.raises(ExportFailed, match="under way"):
            exported(bulk, tmp_path / "out", ExportRequest(level=SYSTEM))
        bulk.failing = None
        done = exported(bulk, tmp_path / "out", ExportRequest(level=SYSTEM), fresh=True)
        assert done.request.level == SYSTEM


def test_a_file_that_ends_within_a_line_or_lacks_lines_is_fetched_again(tmp_path):
    for counted in (True, False):
        with Bulk(files=FILES, short=1, counted=counted) as bulk:
            done = exported(bulk, tmp_path / f"out-{counted}")
            assert [one.lines for one in done.files] == [3, 4]


def test_a_file_that_the_server_keeps_packed_is_counted_and_kept_as_it_is(tmp_path):
    one = b'{"resourceType": "Patient", "id": "p"}\n'
    packed = gzip.compress(one) + gzip.compress(one * 2)
    with Bulk(files={"Patient": PATIENTS}) as bulk:
        bulk.file = lambda _asked: Reply(200, packed)
        done = exported(bulk, tmp_path / "out")
    [fetched] = done.files
    assert fetched.lines == 3
    assert (tmp_path / "out" / done.folder / fetched.name).read_bytes() == packed


@pytest.mark.parametrize("broken", ["cut off", "damaged"])
def test_a_packed_file_that_breaks_off_is_never_taken_for_whole(tmp_path, broken):
    packed = gzip.compress(b'{"resourceType": "Patient", "id": "p"}\n' * 200)
    content = packed[:-6] if broken == "cut off" else packed[:12] + b"\xff" * 8 + packed[20:]
    with Bulk(files={"Patient": PATIENTS}, counted=False) as bulk:
        bulk.file = lambda _asked: Reply(200, content)
        with pytest.raises(ExportFailed, match="shorter"):
            exported(bulk, tmp_path / "out")


def test_a_file_that_stays_short_is_never_taken_for_whole(tmp_path):
    with Bulk(files=FILES, short=99) as bulk, pytest.raises(ExportFailed, match="shorter"):
        exported(bulk, tmp_path / "out")
    kept = [path.name for path in (tmp_path / "out").rglob("*.ndjson*")]
    assert kept == []


def test_a_link_that_expired_is_looked_up_in_the_manifest_again(tmp_path):
    with Bulk(files=FILES, expired=1) as bulk:
        done = exported(bulk, tmp_path / "out")
        assert len(done.files) == 2
        assert len([one for one in bulk.of("/status") if one.method == "GET"]) == 3


def test_an_export_the_server_forgot_is_started_anew_by_the_next_call(tmp_path):
    with Bulk(files=FILES, gone=True) as bulk:
        with pytest.raises(Expired):
            exported(bulk, tmp_path / "out")
        bulk.gone = False
        assert len(exported(bulk, tmp_path / "out").files) == 2
        assert len(bulk.of("$export")) == 2


@pytest.mark.parametrize(
    ("failing", "told"),
    [
        ({"status": 500}, "status 500"),
        ({"status": 200, "headers": {"X-Export-Status": "422"}}, "status 422"),
    ],
)
def test_an_export_that_failed_at_the_server_is_told(tmp_path, failing, told):
    with Bulk(files=FILES, failing=failing) as bulk, pytest.raises(ExportFailed, match=told):
        exported(bulk, tmp_path / "out")


def test_a_question_that_only_failed_in_passing_is_asked_again(tmp_path):
    issue = {"severity": "error", "code": "transient"}
    passing = {"status": 500, "content": {"resourceType": "OperationOutcome", "issue": [issue]}}
    with Bulk(files=FILES, failing=passing) as bulk:

        def recover(_seconds):
            bulk.failing = None

        done = exported(bulk, tmp_path / "out", manner=replace(QUICK, sleep=recover))
        assert len(done.files) == 2


def test_the_token_goes_only_where_the_manifest_asks_for_it(tmp_path):
    token = tmp_path / "token"
    token.write_text("secret")
    token.chmod(0o600)
    auth = Bearer(token)
    with Bulk(files=FILES, requires_token=False) as bulk:
        exported(bulk, tmp_path / "open", auth=auth)
        assert all("authorization" not in one.headers for one in bulk.of("/Patient"))
        assert all("authorization" in one.headers for one in bulk.of("/status"))
    with Bulk(files=FILES, requires_token=True, accepts="secret") as bulk:
        exported(bulk, tmp_path / "closed", auth=auth)
    with Bulk(files=FILES, requires_token=True, accepts="x") as bulk, pytest.raises(AuthFailed):
        exported(bulk, tmp_path / "refused", auth=auth)


@pytest.mark.threat(15)
def test_files_on_another_host_are_fetched_only_if_that_host_is_configured(tmp_path):
    token = tmp_path / "token"
    token.write_text("secret")
    token.chmod(0o600)
    auth = Bearer(token)
    with Bulk(files=FILES) as store, Bulk(files=FILES, file_origin=store.origin) as bulk:
        with pytest.raises(ServerRefused, match="another origin"):
            exported(bulk, tmp_path / "foreign", auth=auth)
        assert store.asked == []
        origins = frozenset({store.origin})
        exported(bulk, tmp_path / "known", auth=auth, file_origins=origins)
        assert store.asked
        assert all("authorization" not in one.headers for one in store.asked)
    with Bulk(files=FILES) as store:
        greedy = Bulk(files=FILES, file_origin=store.origin, requires_token=True)
        with greedy as bulk, pytest.raises(ServerRefused, match="another origin"):
            exported(bulk, tmp_path / "greedy", auth=auth, file_origins=origins)
        assert store.asked == []


def test_the_next_export_knows_when_the_last_was_made(tmp_path):
    with Bulk(files=FILES) as bulk:
        with client_of(bulk) as client:
            assert last_moment(tmp_path, client) == ""
        exported(bulk, tmp_path)
        with client_of(bulk) as client:
            assert last_moment(tmp_path, client) == MOMENT
        second = exported(bulk, tmp_path, ExportRequest(since=MOMENT))
    assert second.folder == "export-0002"


def test_a_folder_belongs_to_one_server(tmp_path):
    with Bulk(files=FILES) as bulk:
        exported(bulk, tmp_path)
    with Bulk(files=FILES) as other, pytest.raises(ExportFailed, match="another server"):
        exported(other, tmp_path)


def test_two_exports_do_not_write_into_one_folder(tmp_path):
    tmp_path.mkdir(exist_ok=True)
    with Bulk(files=FILES) as bulk, sole_writer(tmp_path / "export"):
        with pytest.raises(WriteRefused, match="under way"):
            exported(bulk, tmp_path)
        assert bulk.asked == []


@pytest.mark.threat(19)
def test_what_a_server_writes_never_becomes_a_path(tmp_path):
    with Bulk(files={"../../x": PATIENTS}) as bulk:
        bulk.file = lambda _asked: Reply(200, b'{"resourceType": "Patient", "id": "p"}\n')
        bulk.counted = False
        done = exported(bulk, tmp_path / "out")
    assert [one.name for one in done.files] == ["output/00001.Resources.ndjson"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_everything_is_for_its_owner_only(tmp_path):
    with Bulk(files=FILES) as bulk:
        exported(bulk, tmp_path / "out")
    for path in (tmp_path / "out", *(tmp_path / "out").rglob("*")):
        rights = stat.S_IMODE(path.stat().st_mode)
        assert rights & 0o077 == 0, path.name
    assert (tmp_path / "out" / NAME).exists()


@pytest.mark.parametrize(
    "broken",
    [
        {"requiresAccessToken": False, "output": []},
        {"transactionTime": MOMENT, "output": []},
        {"transactionTime": MOMENT, "requiresAccessToken": False, "output": {}},
        {"transactionTime": MOMENT, "requiresAccessToken": False, "output": [{"type": "Patient"}]},
        {"transactionTime": MOMENT, "requiresAccessToken": False, "link": [{"relation": "next"}]},
    ],
)
def test_a_manifest_that_could_hide_a_file_is_refused(broken):
    with pytest.raises(ExportFailed):
        Manifest.of(broken)
