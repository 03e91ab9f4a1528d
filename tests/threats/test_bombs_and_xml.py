"""Threats 8 and 21: compressed bombs, and XML in any disguise."""

import gzip
import os
import random
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from tests.threats.line import (
    MET,
)
from tests.unit.cli.run import DAY, nelm, process

from nelm_fhir.fhir_r4 import limits

RANDOM = random.Random(7)  # noqa: S311 - any fixed choice will do

# --- 8: compressed bombs --------------------------------------------------------------------------

GIGABYTE = 1024**3
MEGABYTE = 1024**2


def bomb(path: Path, inflated: int, front: bytes = b"") -> Path:
    packer = zlib.compressobj(9, wbits=31)
    with path.open("wb") as file:
        file.write(packer.compress(front))
        for _ in range(inflated // MEGABYTE):
            file.write(packer.compress(bytes(MEGABYTE)))
        file.write(packer.flush())
    return path


def peak(*arguments: str, stdin: Path | None = None) -> tuple[int, bytes, int]:
    """Exit code and stderr of the command, and the bytes of memory it had at most."""
    with open(stdin or os.devnull, "rb") as given_in:  # noqa: PTH123 - may be no path
        run = subprocess.Popen(
            [sys.executable, "-m", "nelm_fhir.cli.main", *arguments],
            stdin=given_in,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        told = run.stderr.read()
        _, status, usage = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)
        run.stderr.close()
    unit = 1 if sys.platform == "darwin" else 1024
    return run.returncode, told, usage.ru_maxrss * unit


@pytest.fixture(scope="module")
def bombs(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("bombs")
    plain = bomb(folder / "plain.json.gz", GIGABYTE)
    assert plain.stat().st_size < 2 * MEGABYTE
    members = folder / "members.json.gz"
    members.write_bytes(bomb(folder / "m", 64 * MEGABYTE).read_bytes() * 16)
    hidden = bomb(folder / "hidden.json.gz", GIGABYTE, front=RANDOM.randbytes(4 * MEGABYTE))
    return {"one member": plain, "many members": members, "behind honest bytes": hidden}


@pytest.mark.threat(8)
@pytest.mark.parametrize("door", ["file", "stdin"])
@pytest.mark.parametrize("kind", ["one member", "many members", "behind honest bytes"])
def test_a_bomb_of_a_gigabyte_is_refused_and_costs_no_more_than_the_cap(
    kind, door, bombs, tmp_path
):
    small = tmp_path / "small.json"
    small.write_text("{}")
    code, _, usual = peak("assess", str(small))
    assert code == 10
    path = bombs[kind]
    if door == "file":
        code, told, most = peak("assess", str(path))
    else:
        code, told, most = peak("assess", "-", stdin=path)
    assert code == 10
    assert b"The " in told
    assert b"than" in told
    allowed = limits.MAX_BYTES + 64 * MEGABYTE if kind == "behind honest bytes" else 32 * MEGABYTE
    assert most - usual < allowed


@pytest.mark.threat(8)
@pytest.mark.parametrize("command", ["explain", "profile", "coverage", "form"])
def test_every_command_refuses_the_bomb(command, bombs):
    arguments = ["--missing"] if command == "form" else []
    done = nelm(command, str(bombs["one member"]), *arguments, *DAY)
    assert done.exit_code == 10
    assert "times its size" in done.stderr


# --- 21: XML --------------------------------------------------------------------------------------

XML = b'<?xml version="1.0"?><Bundle xmlns="http://hl7.org/fhir"/>'
XXE = b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]><Bundle>&x;</Bundle>'
DISGUISES = {
    "plain": lambda text: text,
    "mark": lambda text: b"\xef\xbb\xbf" + text,
    "blanks": lambda text: b" \r\n\t\n" + text,
    "mark and blanks": lambda text: b"\xef\xbb\xbf \n" + text,
    "gzip": gzip.compress,
    "gzip, mark, blanks": lambda text: gzip.compress(b"\xef\xbb\xbf\n " + text),
    "UTF-16": lambda text: text.decode().encode("utf-16"),
}


@pytest.mark.threat(21)
@pytest.mark.parametrize("text", [XML, XXE, b"<html><body>"], ids=["xml", "xxe", "html"])
@pytest.mark.parametrize("disguise", DISGUISES)
def test_xml_is_refused_with_what_to_do_and_nothing_in_it_is_opened(text, disguise, tmp_path):
    path = tmp_path / "record.json"
    path.write_bytes(DISGUISES[disguise](text))
    done = nelm("assess", str(path), *DAY)
    assert done.exit_code == 10
    told = "Save it as UTF-8." if disguise == "UTF-16" else "Ask for application/fhir+json."
    assert told in done.stderr
    assert done.stdout == ""


@pytest.mark.threat(21)
def test_xml_on_stdin_is_refused():
    done = process("assess", "-", text=XML)
    assert done.returncode == 10
    assert b"only FHIR JSON is read" in done.stderr
    assert MET.encode() not in done.stdout
