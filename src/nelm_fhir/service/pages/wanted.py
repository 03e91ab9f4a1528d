"""What somebody wants to see judged on the try-it page: a sample, a file, or a pasted text.

In: the address of a sample, or a form. Out: Wanted, or a Fault of the page that names the key of
its words. The record itself travels with the form: nothing is kept between two requests.
"""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import urlencode

from nelm_fhir.service.evaluating import Wish
from nelm_fhir.service.pages.samples import shipped
from nelm_fhir.service.pages.submitted import Submitted
from nelm_fhir.service.site import Site

FILE: Final = "file"
PASTED: Final = "pasted"
CARRIED: Final = "carried"
"""A record that an earlier page was given, as base64: a browser would turn its line ends."""
SAMPLE: Final = "sample"
AS_OF: Final = "as_of"
SET: Final = "set"
OPTION: Final = "option"
_NOTHING: Final = "missing"
_OTHER_PAGE: Final = "form"


class Fault(Exception):
    """Something a page cannot go on with; `word` is the key of its words in the table `fault`."""

    def __init__(self, word: str, status: int = 400) -> None:
        super().__init__(word)
        self.word = word
        self.status = status


@dataclass(frozen=True, slots=True)
class Wanted:
    """One record to judge: its bytes, the day, the sets (all if none), the options that are on."""

    data: bytes
    as_of: date
    sets: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    sample: str = ""

    @property
    def wish(self) -> Wish:
        """What is asked of the record."""
        return Wish(sets=self.sets, as_of=self.as_of, options=self.options)

    def address(self, path: str) -> str:
        """Return the address that shows a sample again; empty for a record that was given."""
        if not self.sample:
            return ""
        query = [(SAMPLE, self.sample), (AS_OF, self.as_of.isoformat())]
        query += [(SET, one) for one in self.sets] + [(OPTION, one) for one in self.options]
        return f"{path}?{urlencode(query)}"

    def carried(self) -> Sequence[tuple[str, str]]:
        """Return the hidden fields that hand all of it on to the next page."""
        record = (SAMPLE, self.sample) if self.sample else (CARRIED, b64encode(self.data).decode())
        plain = [(AS_OF, self.as_of.isoformat()), *((SET, one) for one in self.sets)]
        return [record, *plain, *((OPTION, one) for one in self.options)]


def wanted(sent: Submitted, site: Site) -> Wanted:
    """Return what is wanted; raises Fault."""
    name = sent.one(SAMPLE)
    if name and name not in shipped():
        raise Fault("sample", 404)
    given = shipped()[name].bundle if name else _given(sent)
    usual = shipped()[name].as_of if name else site.today()
    return Wanted(
        given,
        _day(sent.one(AS_OF), usual),
        _chosen(sent.every(SET), site),
        tuple(dict.fromkeys(sent.every(OPTION))),
        name,
    )


def _given(sent: Submitted) -> bytes:
    pasted, file = sent.one(PASTED).encode(), sent.files.get(FILE, b"")
    if carried := sent.one(CARRIED):
        return uncarried(carried)
    if pasted and file:
        raise Fault("both")
    if not pasted and not file:
        raise Fault(_NOTHING)
    return pasted or file


def uncarried(carried: str) -> bytes:
    """Return what an earlier page was given; raises Fault for what no page hands on."""
    try:
        return b64decode(carried, validate=True)
    except NotBase64:
        raise Fault(_OTHER_PAGE) from None


def _day(text: str, usual: date) -> date:
    try:
        return date.fromisoformat(text) if text else usual
    except ValueError:
        raise Fault("date") from None


def _chosen(names: Sequence[str], site: Site) -> tuple[str, ...]:
    """Return the chosen sets in the order of the catalogue; all of them is the same as none."""
    every = tuple(site.catalogue.sets)
    ordered = tuple(name for name in every if name in names)
    return () if ordered == every else (*ordered, *(name for name in names if name not in every))
