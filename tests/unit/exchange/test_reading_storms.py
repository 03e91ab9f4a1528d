"""Reading through the fault proxy: a record is whole or it is not there, never a part of it."""

import pytest
from tests.servers.bulk_export import Bulk
from tests.servers.fault_proxy import (
    FAULTS,
    FaultProxy,
    Once,
    Storm,
    expired_token,
    failing,
    throttled,
    throttled_by_date,
    truncated_lines,
    wrong_next,
)
from tests.servers.fhir_store import FhirStore
from tests.servers.local import Local, Reply
from tests.unit.exchange.records import sample
from tests.unit.exchange.test_export import ALL, FILES, QUICK

from nelm_fhir.errors import ExchangeError
from nelm_fhir.exchange.auth import Bearer
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.export.run import export
from nelm_fhir.exchange.patience import INTERACTIVE, NONE
from nelm_fhir.exchange.patient_record import fetch_record
from nelm_fhir.exchange.server import Server

pytestmark = pytest.mark.usefixtures("loopback")

PATIENT = "Patient/sample-ileum-1"
QUIETLY = INTERACTIVE.within(0.3)
SEARCHES = ("_search", "$everything")


@pytest.fixture(params=[True, False], ids=["everything", "by type"])
def store(request):
    return FhirStore.of(sample("meets-all"), page=9, everything=request.param)


def calm(_asked):
    return None


def pages(asked):
    """Only the pages behind the first."""
    return "_getpages" in asked.query


def read(proxy, patience=QUIETLY, **settings):
    server = Server(base=f"{proxy.origin}/fhir", patience=patience, **settings)
    with Client(server) as client:
        return fetch_record(client, PATIENT)


@pytest.mark.parametrize("seed", range(5))
def test_a_record_read_in_a_storm_is_the_whole_record_or_none(store, seed):
    storm = Storm(seed, FAULTS, share=0.2)
    with Local(store) as local, FaultProxy(local.origin, calm) as proxy:
        whole = read(proxy)
        proxy.choice = storm
        arrived = []
        for _ in range(4):
            try:
                arrived.append(read(proxy))
            except ExchangeError:
                arrived.append(None)
    assert sum(storm.met.values()) > 4
    assert any(arrived)
    assert all(one == whole for one in arrived if one)


@pytest.mark.parametrize("fault", [failing(500), throttled(), throttled_by_date, FAULTS["cut"]])
def test_a_page_in_the_middle_that_fails_once_is_asked_for_again(store, fault):
    once = Once(fault, only=pages)
    with Local(store) as local, FaultProxy(local.origin, calm) as proxy:
        whole = read(proxy)
        proxy.choice = once
        assert read(proxy) == whole
    assert once.met == 1


@pytest.mark.parametrize("fault", [failing(500), throttled(), FAULTS["cut"]])
def test_a_page_in_the_middle_that_keeps_failing_leaves_no_record(store, fault):
    with (
        Local(store) as local,
        FaultProxy(local.origin, Once(fault, only=pages, times=99)) as proxy,
        pytest.raises(ExchangeError),
    ):
        read(proxy, NONE)


def test_a_next_link_that_leads_elsewhere_leaves_no_record_and_is_not_followed(store):
    with Local(lambda _asked: Reply(200, {"resourceType": "Bundle"})) as elsewhere:
        fault = wrong_next(f"{elsewhere.origin}/fhir?page=2")
        with Local(store) as local, FaultProxy(local.origin, calm) as proxy:
            proxy.choice = lambda asked: ("", fault) if asked.path.endswith(SEARCHES) else None
            with pytest.raises(ExchangeError):
                read(proxy)
        assert elsewhere.asked == []


def test_a_token_that_expires_in_the_middle_is_renewed_and_nothing_is_lost(store, tmp_path):
    token = tmp_path / "token"
    token.write_text("first")
    token.chmod(0o600)

    def expires(asked, through):
        token.write_text("second")
        return expired_token(asked, through)

    once = Once(expires, only=lambda asked: "Authorization" in asked.headers and pages(asked))
    with Local(store) as local, FaultProxy(local.origin, calm) as proxy:
        whole = read(proxy, auth=Bearer(token))
        proxy.choice = once
        assert read(proxy, auth=Bearer(token)) == whole
        assert {"Bearer first", "Bearer second"} <= set(local.seen("Authorization"))
    assert once.met == 1


@pytest.mark.parametrize("counted", [True, False])
def test_a_file_of_an_export_that_ends_in_the_middle_of_a_line_is_no_export(tmp_path, counted):
    files = Once(truncated_lines, only=lambda asked: asked.path.startswith("/files/"), times=99)
    with Bulk(files=FILES, counted=counted) as bulk, FaultProxy(bulk.origin, files) as proxy:
        server = Server(base=f"{proxy.origin}/fhir", patience=NONE)
        with Client(server) as client, pytest.raises(ExchangeError):
            export(client, ALL, tmp_path / "out", QUICK)
    assert files.met
