"""Compressed input: what gzip packed is read, what is more or other than that is refused."""

import contextlib
import gzip
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.fhir_r4.samples import Everything, bundle, observation, patient

from nelm_fhir.errors import InputError, NotJson, TooLarge
from nelm_fhir.fhir_r4 import limits, read
from nelm_fhir.fhir_r4.inflate import inflated

TEXT = json.dumps(bundle(patient(), observation())).encode()
PACKED = gzip.compress(TEXT)
PIECE = 64 * 1024


def refusal(data: bytes) -> InputError:
    with pytest.raises(InputError) as caught:
        inflated(data)
    assert caught.value.remedy
    return caught.value


@given(st.lists(st.binary(max_size=400), min_size=1, max_size=6), st.integers(0, 9))
def test_what_gzip_packed_in_any_number_of_members_comes_out_again(parts, level):
    packed = b"".join(gzip.compress(part, level) for part in parts)
    assert inflated(packed) == b"".join(parts) or b"".join(parts).startswith(b"\x1f\x8b")


@pytest.mark.parametrize("size", [PIECE - 1, PIECE, PIECE + 1, 5 * PIECE])
@pytest.mark.parametrize("level", [0, 1, 9])
def test_members_that_end_beside_the_border_of_a_piece_are_read_whole(size, level):
    text = zlib.crc32(b"x").to_bytes(4, "big") * (size // 4) + b"y" * (size % 4)
    packed = gzip.compress(text, level)
    assert inflated(packed) == text
    assert inflated(packed + packed) == text + text


def test_bytes_that_are_not_compressed_are_handed_on_as_they_are():
    assert inflated(TEXT) is TEXT


@given(st.integers(0, len(PACKED) - 1))
def test_a_stream_cut_off_anywhere_is_refused(end):
    if PACKED[:end].startswith(b"\x1f\x8b"):
        assert isinstance(refusal(PACKED[:end]), NotJson)


def test_a_stream_that_was_cut_off_says_after_how_many_bytes():
    assert f"after {len(PACKED) - 5} bytes" in str(refusal(PACKED[:-5]))


@given(st.integers(10, len(PACKED) - 1), st.integers(1, 255))
def test_a_stream_with_a_changed_byte_is_refused_or_reads_the_same(at, difference):
    changed = bytearray(PACKED)
    changed[at] ^= difference
    with contextlib.suppress(NotJson):
        assert inflated(bytes(changed)) == TEXT


def test_something_behind_the_stream_is_refused_and_its_place_is_said():
    error = refusal(PACKED + b'{"resourceType":"Bundle"}')
    assert isinstance(error, NotJson)
    assert f"behind member 1, at byte {len(PACKED)}" in error.message


@pytest.mark.parametrize("zeros", [1, 512, 3 * PIECE])
def test_zeros_that_fill_a_block_behind_the_stream_are_no_content(zeros):
    assert inflated(PACKED + bytes(zeros)) == TEXT


def test_a_member_behind_filling_zeros_is_refused():
    assert isinstance(refusal(PACKED + bytes(8) + PACKED), NotJson)


def test_an_input_compressed_twice_is_refused_and_says_so():
    assert "twice" in refusal(gzip.compress(PACKED)).message


@pytest.mark.parametrize("size", [limits.FREE_OF_RATIO, limits.FREE_OF_RATIO + 1])
def test_a_text_may_pack_as_well_as_it_likes_up_to_the_free_size(size):
    packed = gzip.compress(bytes(size))
    if size <= limits.FREE_OF_RATIO:
        assert len(inflated(packed)) == size
    else:
        assert isinstance(refusal(packed), TooLarge)


def test_more_than_the_cap_is_refused_however_badly_it_was_packed():
    half = bytes(limits.MAX_BYTES // 2)
    packed = gzip.compress(half, 0) + gzip.compress(half, 1)
    assert len(inflated(packed)) == limits.MAX_BYTES > len(packed)
    assert isinstance(refusal(packed + gzip.compress(b" ")), TooLarge)


def test_more_members_than_resources_are_refused():
    empty = gzip.compress(b"")
    assert inflated(limits.MAX_MEMBERS * empty) == b""
    assert isinstance(refusal((limits.MAX_MEMBERS + 1) * empty), TooLarge)


def test_a_compressed_record_is_the_record():
    assert read.record(PACKED, wanted=Everything()) == read.record(TEXT, wanted=Everything())


def test_compressed_lines_are_lines():
    lines = [json.dumps(bundle(patient(), observation())).encode() for _ in range(3)]
    each_by_itself = b"".join(gzip.compress(line + b"\n") for line in lines)
    for packed in (gzip.compress(b"\n".join(lines)), each_by_itself):
        assert len(list(read.records(packed, wanted=Everything()))) == 3


@pytest.mark.parametrize("inner", [b"", b"<Bundle/>", b"\xef\xbb\xbf <a/>", b"PK\x03\x04"])
def test_what_lies_in_a_compressed_input_is_looked_at_as_if_it_were_not(inner):
    (plain,) = read.records(inner, wanted=Everything())
    (packed,) = read.records(gzip.compress(inner), wanted=Everything())
    assert str(packed) == str(plain)
    assert isinstance(packed, NotJson)
