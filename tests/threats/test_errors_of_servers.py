"""Threat 20: nothing that a server says reaches errors, logs or addresses.

Servers repeat values of the record in diagnostics, links, headers and pages; a marker stands in all
of them, and in the ids and values that we ask for.
"""

import logging

import pytest
from tests.servers.local import Hang, Local, Reply, answers, bundle, outcome
from tests.servers.smart import Keys

from nelm_fhir.errors import NelmError
from nelm_fhir.exchange.auth import BackendServices
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.paging import pages
from nelm_fhir.exchange.patience import Patience
from nelm_fhir.exchange.server import Limits, Server

pytestmark = pytest.mark.usefixtures("loopback")
MARKER = "CANARY7F3A"
ONE = {"resourceType": "Patient", "id": MARKER, "name": [{"text": MARKER}]}
REPLIES = {
    "a refusal": outcome(422, "invalid", MARKER, text=MARKER),
    "a refusal without a sign-in": outcome(
        401, MARKER, text=MARKER, **{"WWW-Authenticate": MARKER}
    ),
    "a failure": outcome(500, "exception", text=MARKER, **{"Retry-After": MARKER}),
    "an unknown status": outcome(499, MARKER, text=MARKER),
    "a page": Reply(200, f"<html>{MARKER}</html>".encode(), {"Content-Type": f"html {MARKER}"}),
    "a redirect": Reply(302, headers={"Location": f"https://{MARKER}.example/{MARKER}"}),
    "an odd redirect": Reply(302, headers={"Location": f"https://{MARKER}:1:1/"}),
    "redirects without end": Reply(302, headers={"Location": f"/fhir/Patient/{MARKER}"}),
    "a next page elsewhere": bundle(ONE, next_page=f"https://{MARKER}.example/"),
    "a next page that cannot be read": bundle(ONE, next_page=f"https://{MARKER}@x/"),
    "pages in a circle": bundle(ONE, next_page=f"/fhir/Patient?{MARKER}"),
    "another packing": Reply(200, MARKER.encode(), {"Content-Encoding": MARKER}),
    "a damaged packing": Reply(200, MARKER.encode(), {"Content-Encoding": "gzip"}),
    "a cut answer": Reply(200, MARKER.encode() * 9, cut=20),
    "a long answer": Reply(200, MARKER.encode() * 9000),
    "no answer": Hang(),
}
ASKED = {
    "get": lambda client: client.get(f"Patient/{MARKER}"),
    "everything": lambda client: client.get(f"Patient/{MARKER}/$everything"),
    "search": lambda client: client.search("Patient", [("name", MARKER)]),
    "send": lambda client: client.send(
        "PUT", f"Basic/{MARKER}", {"x": MARKER}, accept={200}, repeatable=True
    ),
    "file": lambda client: client.stream(f"{client.base}/{MARKER}", token=False),
}


def all_of(error):
    """Everything that a program which collects errors could show of one."""
    shown = []
    while error is not None:
        shown += [str(error), repr(error), repr(vars(error))]
        error = error.__cause__ or error.__context__
    return " ".join(shown)


def what_is_shown(client, ask):
    """What a caller could show of an answer that is read to its end, if that fails."""
    try:
        answer = ask(client)
        list(pages(client, answer) if hasattr(answer, "json") else answer)
    except NelmError as error:
        return all_of(error)
    return ""


@pytest.mark.threat(20)
@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_no_text_of_a_server_or_of_a_request_reaches_errors_or_logs(reply, ask, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    settings = {"patience": Patience((0.01,), 5)}
    settings["limits"] = Limits(answer_bytes=4000, file_bytes=4000)
    with Local(answers(reply)) as server, Client(Server(server.base, **settings)) as client:
        shown = what_is_shown(client, ask)
    assert MARKER.lower() not in shown.lower()
    assert MARKER.lower() not in caplog.text.lower()
    assert MARKER.lower() not in "".join(capfd.readouterr()).lower()


@pytest.mark.threat(20)
def test_a_search_puts_no_value_into_an_address():
    with Local(answers(bundle())) as server, Client(Server(server.base)) as client:
        client.search("Condition", [("patient", f"Patient/{MARKER}"), ("code", MARKER)])
    assert [asked.target for asked in server.asked] == ["/fhir/Condition/_search"]


@pytest.mark.threat(20)
@pytest.mark.parametrize(
    "answer",
    [
        Reply(400, {"error": MARKER, "error_description": MARKER}),
        Reply(400, MARKER.encode()),
        Reply(200, {"access_token": f"{MARKER} {MARKER}", "token_type": "bearer"}),
        Reply(200, {"access_token": MARKER, "token_type": MARKER}),
        Reply(503, {"error": MARKER}),
    ],
)
def test_no_text_of_a_token_endpoint_and_no_token_reaches_errors(tmp_path, answer):
    keys = Keys(tmp_path, "EC")
    with Local(answers(answer)) as server:
        auth = BackendServices("us", keys.file, token_url=f"{server.origin}/token")
        once = Server(server.base, auth=auth, patience=Patience((), 1))
        with Client(once) as client, pytest.raises(NelmError) as error:
            client.get("Patient/1")
    assert MARKER not in all_of(error.value)
