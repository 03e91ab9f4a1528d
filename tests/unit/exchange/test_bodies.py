"""How much of an answer is taken, packed or not, slow or endless."""

import gzip
import itertools
import time
import tracemalloc

import pytest
from tests.servers.local import Local, Reply, answers

from nelm_fhir.errors import ServerRefused, ServerUnavailable
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.patience import NONE
from nelm_fhir.exchange.server import Limits, Server

pytestmark = pytest.mark.usefixtures("loopback")
TEXT = b'{"resourceType": "Bundle", "type": "searchset"}'
PACKED = {"Content-Encoding": "gzip"}


def read(reply, **limits):
    settings = {"limits": Limits(**limits), "patience": NONE}
    with Local(answers(reply)) as server, Client(Server(server.base, **settings)) as client:
        return client.get("Patient").body


def streamed(reply, **limits):
    settings = {"limits": Limits(**limits), "patience": NONE}
    with Local(answers(reply)) as server, Client(Server(server.base, **settings)) as client:
        return b"".join(client.stream(f"{server.origin}/file", token=False))


BOTH = pytest.mark.parametrize("by", [read, streamed])


@BOTH
def test_a_packed_answer_is_unpacked(by):
    assert by(Reply(200, gzip.compress(TEXT), PACKED)) == TEXT
    assert by(Reply(200, gzip.compress(TEXT), {"Content-Encoding": "x-gzip"})) == TEXT


@BOTH
def test_an_answer_may_be_packed_in_several_members_and_come_in_pieces(by):
    packed = b"".join(gzip.compress(part) for part in (TEXT, b"", TEXT))
    assert by(Reply(200, iter([packed[:7], packed[7:50], packed[50:]]), PACKED)) == TEXT * 2


@BOTH
def test_a_file_that_is_gzip_itself_is_left_as_it_is(by):
    assert by(Reply(200, gzip.compress(TEXT))) == gzip.compress(TEXT)


@BOTH
def test_an_empty_answer_is_empty(by):
    assert by(Reply(200, b"", PACKED)) == b""


@BOTH
@pytest.mark.parametrize("bytes_kept", [5, 20, -4])
def test_a_packed_answer_that_ends_early_is_a_broken_connection(by, bytes_kept):
    short = gzip.compress(TEXT)[:bytes_kept]
    with pytest.raises(ServerUnavailable, match="connection to the server failed"):
        by(Reply(200, short, PACKED))


@BOTH
def test_an_answer_shorter_than_it_said_is_a_broken_connection(by):
    with pytest.raises(ServerUnavailable, match="connection to the server failed"):
        by(Reply(200, TEXT, cut=9))


@BOTH
def test_a_packed_answer_that_is_damaged_is_a_broken_connection(by):
    damaged = bytearray(gzip.compress(TEXT))
    damaged[15] ^= 0xFF
    with pytest.raises(ServerUnavailable):
        by(Reply(200, bytes(damaged), PACKED))


@BOTH
def test_a_packing_that_was_not_asked_for_is_refused(by):
    with pytest.raises(ServerRefused, match="packed its answer otherwise"):
        by(Reply(200, TEXT, {"Content-Encoding": "br"}))


def test_an_answer_that_is_too_long_is_refused():
    with pytest.raises(ServerRefused, match="longer than 40 bytes"):
        read(Reply(200, TEXT), answer_bytes=40)
    with pytest.raises(ServerRefused, match="longer than 40 bytes"):
        streamed(Reply(200, TEXT), file_bytes=40)
    assert read(Reply(200, TEXT), answer_bytes=len(TEXT)) == TEXT


def test_an_answer_without_end_is_refused_at_its_limit():
    endless = itertools.repeat(b"x" * 1000)
    with pytest.raises(ServerRefused, match="longer than 50000 bytes"):
        read(Reply(200, endless), answer_bytes=50_000)


def test_what_a_packed_answer_becomes_counts():
    packed = gzip.compress(TEXT * 100)
    with pytest.raises(ServerRefused, match="longer than 1000 bytes"):
        read(Reply(200, packed, PACKED), answer_bytes=1000)


@pytest.mark.threat(8)
@BOTH
def test_a_bomb_costs_its_limit_and_no_more(by):
    bomb = gzip.compress(b"\0" * 60_000_000)
    assert len(bomb) < 100_000
    tracemalloc.start()
    with pytest.raises(ServerRefused, match="grows beyond every measure"):
        by(Reply(200, bomb, PACKED))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 30_000_000


def test_an_answer_that_trickles_meets_the_clock():
    def trickle():
        for _ in range(100):
            yield b"x"
            time.sleep(0.02)

    started = time.monotonic()
    with pytest.raises(ServerUnavailable, match="did not finish"):
        read(Reply(200, trickle()), answer=0.2)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    "body", [b"", b"<html>Jane Doe</html>", b"[]", b'"x"', b"{", b"\xff\xfe{}", b"{}{}", b"NaN"]
)
def test_an_answer_that_is_no_json_object_is_an_error_without_its_text(body):
    reply = Reply(200, body, {"Content-Type": "text/html"})
    with (
        Local(answers(reply)) as server,
        Client(Server(server.base)) as client,
        pytest.raises(ServerRefused, match=r"something else than a JSON object \(HTML\)") as error,
    ):
        client.get("Patient").json()
    assert "Jane" not in str(error.value)
