"""Which patients of a server have a Condition that says neuroendocrine, each once.

In: a client and the catalogue. Out: `Patient/id`, merged patients under the name they have today,
in the order of the names. Asked are the codes of the shipped list `neuroendocrine` and those that
overlays add, in every spelling of their systems, in chunks, by POST, so that neither codes nor
patients stand in addresses. The gate of the reader is asked of every Condition: what was entered
in error or refuted makes nobody a candidate.

Not found are patients whose tumor shows only elsewhere: in an extension for histology (mCODE, MII)
or in a morphology code of unusual form, in an Observation (Dutch pathology), in a plain site code
beside such a histology (Germany), in text, or in a report; and those whose Conditions this client
may not see. A hospital that has such records gives their ids in a file (`--patients`).
Source: terminology 3.4 to 3.6, 2.2; interop 5 (Search), 11 rows 15, 16, 20.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Final

from nelm_fhir.core.reading import Reading
from nelm_fhir.events import Event, event
from nelm_fhir.exchange.capability import Capability
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.home import Home
from nelm_fhir.exchange.people import survivors
from nelm_fhir.exchange.searches import CHUNK, lean_search
from nelm_fhir.fhir_r4 import strict
from nelm_fhir.fhir_r4.part import Entry
from nelm_fhir.fhir_r4.usable import Drop, usable
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.knowledge.codes import CodeTables
from nelm_fhir.mappers.concepts import meanings, within
from nelm_fhir.mappers.histology import NEUROENDOCRINE

_ELEMENTS: Final = "subject,code,clinicalStatus,verificationStatus"
_VOID: Final = "entered-in-error"


@dataclass(slots=True)
class Tally:
    """What a search for candidates met: Conditions, those set aside, those without a Patient here.

    Set aside is what is void or refuted, or against what was asked not neuroendocrine.
    """

    conditions: int = 0
    set_aside: int = 0
    without_patient: int = 0


def candidates(client: Client, catalogue: Catalogue, tally: Tally | None = None) -> Iterator[str]:
    """Yield `Patient/id` of every candidate once; raises ExchangeError.

    `tally` is counted up while Conditions come in.
    """
    met = _Met(catalogue.codes, Home((f"{client.base}/",)), tally or Tally())
    for chunk in _chunks(asked(catalogue.codes)):
        for entry in lean_search(client, "Condition", [("code", ",".join(chunk))], _ELEMENTS):
            met.take(entry)
    offered = Capability.ask(client)
    today = set(survivors(client, sorted(met.names), offered, met.home).values())
    event(Event.CANDIDATES_FOUND, patients=len(today), **asdict(met.tally))
    yield from sorted(today)


def asked(codes: CodeTables) -> list[str]:
    """Return every code that says neuroendocrine as a search token `system|code`."""
    wanted = {m.code for m in codes.members(NEUROENDOCRINE) if m.hit and not m.element}
    return [
        f"{_escaped(system)}|{_escaped(code.code)}"
        for code in sorted(wanted, key=str)
        for system in codes.systems.spellings(code.system)
    ]


def _escaped(text: str) -> str:
    """Return a text in which nothing separates (FHIR R4 search, escaping)."""
    for sign in ("\\", "|", ",", "$"):
        text = text.replace(sign, f"\\{sign}")
    return text


def _chunks(tokens: list[str]) -> Iterable[list[str]]:
    return (tokens[start : start + CHUNK] for start in range(0, len(tokens), CHUNK))


class _Met:
    """The Conditions that came in, and the Patients they name."""

    def __init__(self, codes: CodeTables, home: Home, tally: Tally) -> None:
        self.home = home
        self.tally = tally
        self.names: set[str] = set()
        self._codes = codes
        self._seen: set[str] = set()

    def take(self, entry: Entry) -> None:
        """Note the patient of a Condition; several codes may bring the same one."""
        if entry.name is not None and entry.name in self._seen:
            return
        self._seen.add(entry.name or "")
        self.tally.conditions += 1
        if not _may_say(entry, self._codes):
            self.tally.set_aside += 1
            return
        # The server answers with its own resources, whatever it calls itself in fullUrl.
        name = self.home.with_base(entry.base).patient_of(entry)
        if name is None:
            self.tally.without_patient += 1
        else:
            self.names.add(name)


def _may_say(entry: Entry, codes: CodeTables) -> bool:
    """Whether a Condition says neuroendocrine; one that cannot be read may: its record will tell.

    A server that does not understand the question may answer with Conditions of any code.
    """
    if entry.type != "Condition" or (
        entry.head.codes and not within(meanings([*entry.head.codes], codes), NEUROENDOCRINE)
    ):
        return False
    try:
        use = usable(strict.read(entry.raw), entry.raw)
    except strict.Damaged:
        return True
    if isinstance(use, Drop):
        return use.reason != _VOID
    return use.reading is not Reading.ABSENT
