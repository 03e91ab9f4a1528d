"""What is asked of a server, and what becomes of its answers."""

import pytest
from tests.servers.local import Local, Reply, answers, bundle, outcome

from nelm_fhir.errors import AuthFailed, ServerRefused, ServerUnavailable
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.paging import pages
from nelm_fhir.exchange.patience import NONE
from nelm_fhir.exchange.server import Server

pytestmark = pytest.mark.usefixtures("loopback")
PATIENT = {"resourceType": "Patient", "id": "p1"}


def test_a_resource_is_read_as_fhir_json():
    with Local(answers(Reply(200, PATIENT))) as server, Client(Server(server.base)) as client:
        assert client.get("Patient/p1").json() == PATIENT
    assert server.asked[0].target == "/fhir/Patient/p1"
    assert server.seen("Accept") == ["application/fhir+json"]


def test_a_search_keeps_its_values_out_of_addresses():
    with Local(answers(bundle(PATIENT))) as server, Client(Server(server.base)) as client:
        first = client.search("Condition", [("patient", "Patient/p1"), ("code", "a|b,c")])
        assert [page["entry"] for page in pages(client, first)] == [[{"resource": PATIENT}]]
    [asked] = server.asked
    assert (asked.method, asked.target) == ("POST", "/fhir/Condition/_search")
    assert asked.form == {"patient": "Patient/p1", "code": "a|b,c"}


def test_a_server_without_search_by_post_is_searched_by_get_from_then_on():
    def only_get(asked):
        return outcome(405, "not-supported") if asked.method == "POST" else bundle(PATIENT)

    with Local(only_get) as server, Client(Server(server.base)) as client:
        client.search("Condition", [("patient", "Patient/p1")])
        client.search("Condition", [("patient", "Patient/p2")])
    assert [asked.method for asked in server.asked] == ["POST", "GET", "GET"]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, ServerRefused),
        (401, AuthFailed),
        (403, AuthFailed),
        (404, ServerRefused),
        (422, ServerRefused),
        (429, ServerUnavailable),
        (500, ServerUnavailable),
        (501, ServerRefused),
    ],
)
def test_an_answer_of_another_status_is_an_error_of_its_kind(status, kind):
    replying = answers(outcome(status, "invalid", text="Jane Doe"))
    with (
        Local(replying) as server,
        Client(Server(server.base, patience=NONE)) as client,
        pytest.raises(kind) as error,
    ):
        client.get("Patient/jane")
    assert error.value.status == status
    assert f"GET Patient/… with {status}" in str(error.value)
    assert "issues: invalid" in str(error.value)
    assert "Jane" not in str(error.value)
    assert "jane" not in str(error.value)
