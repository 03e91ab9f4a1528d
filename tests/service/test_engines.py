"""What integration engines send, byte for byte, and what they make of the answer.

The requests are those of `tests/service/engines`, sent over a bare socket; the commands that start
the service are those of the README. Source: interop 2.
"""

import gzip
import json
import re
import shlex
import socket
import time
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from pathlib import Path

import pytest
import pytest_socket
import requests
from tests.service.messages import message
from tests.service.process import free_port, serving

pytestmark = pytest.mark.usefixtures("loopback")
ENGINES = Path(__file__).parent / "engines"
README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
NAMES = sorted(path.stem for path in ENGINES.glob("*.http"))


@dataclass
class Answered:
    """An answer as it came over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        packed = self.headers.get("content-encoding") == "gzip"
        return json.loads(gzip.decompress(self.body) if packed else self.body)


def sent(engine: str, port: int, body: bytes) -> Answered:
    host = f"127.0.0.1:{port}"
    head = (ENGINES / f"{engine}.http").read_text().format(length=len(body), host=host)
    with socket.create_connection(("127.0.0.1", port), timeout=30) as wire:
        wire.sendall(head.replace("\n", "\r\n").encode() + b"\r\n" + body)
        return answered(wire)


def answered(wire: socket.socket) -> Answered:
    text = b""
    while b"\r\n\r\n" not in text:
        text += wire.recv(65536)
    head, _, body = text.partition(b"\r\n\r\n")
    line, _, fields = head.partition(b"\r\n")
    headers = {k.lower(): v for k, v in BytesHeaderParser().parsebytes(fields).items()}
    while len(body) < int(headers["content-length"]):
        body += wire.recv(65536)
    return Answered(int(line.split()[1]), headers, body)


def recipe(engine: str) -> list[str]:
    """The options with which the README starts the service for an engine."""
    found = re.search(rf"<!-- recipe: {engine} -->\n```sh\n(nelm serve .*?)```", README, re.DOTALL)
    assert found, engine
    words = shlex.split(found[1].replace("\\\n", " "))[2:]
    kept = words.index("--ledger")
    return words[:kept] + words[kept + 2 :]


@pytest.fixture(params=NAMES, scope="module")
def engine(request):
    return request.param


@pytest.fixture(scope="module")
def port(engine, tmp_path_factory):
    pytest_socket.enable_socket()
    port = free_port()
    with serving(tmp_path_factory.mktemp(engine) / "ledger.sqlite", port, *recipe(engine)):
        yield port


def test_a_message_is_taken_and_sent_again_is_answered_alike(engine, port):
    body = message(f"{engine}-1", "meets-all", patient=f"{engine}-a")
    first, again = sent(engine, port, body), sent(engine, port, body)
    assert first.status == again.status == 200
    assert first.json == again.json
    assert "x-request-id" in first.headers


def test_the_verdicts_can_be_had(engine, port):
    body = message(f"{engine}-2", "meets-all", patient=f"{engine}-b")
    answer = sent(engine, port, body)
    job = answer.headers.get("content-location")
    if job is not None:
        answer = done(f"http://127.0.0.1:{port}/{job.partition('//')[2].partition('/')[2]}")
    kinds = {one["resource"]["resourceType"] for one in answer.json["entry"]}
    assert "RiskAssessment" in kinds


def done(job: str) -> Answered:
    for _ in range(100):
        told = requests.get(job, timeout=10)
        if told.status_code != 202:
            return Answered(told.status_code, {}, told.content)
        time.sleep(0.1)
    raise AssertionError("the message was never judged")


def test_what_nobody_can_read_is_for_a_human(engine, port):
    answer = sent(engine, port, b'{"resourceType": "Bundle", "type": "message"')
    assert answer.status == 400
    assert answer.json["resourceType"] == "OperationOutcome"


def test_the_same_name_with_other_content_is_for_a_human(engine, port):
    one = message(f"{engine}-3", "meets-all", patient=f"{engine}-c")
    other = message(f"{engine}-3", "fails-by-ki67-alone", patient=f"{engine}-c")
    assert sent(engine, port, one).status == 200
    assert sent(engine, port, other).status == 409
