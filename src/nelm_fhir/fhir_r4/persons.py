"""What a reference calls a patient, where a population is read line by line.

In: one Reference. Out: one name per patient of a source: `Patient/p`, wherever its server is;
`identifier:system|value` where only a business identifier is given; any other reference as it
stands; None where no patient is meant. The reader decides later, over all lines that were brought
together, whether they are about one person; here nothing may fall apart that it would join.
Source: terminology 2.7; subject.py.
"""

from typing import Final, Protocol

from nelm_fhir.fhir_r4.head import Identifier

PATIENT: Final = "Patient"
IDENTIFIER: Final = "identifier:"
_QUERY: Final = "identifier="


class Naming(Protocol):
    """A Reference, as far as it names somebody."""

    @property
    def reference(self) -> str | None:
        """An address."""

    @property
    def identifier(self) -> Identifier | None:
        """A business identifier."""


def person(reference: Naming | None) -> str | None:
    """Return the name of the patient that a Reference means."""
    if reference is None:
        return None
    if reference.reference:
        return _named(reference.reference)
    identifier = reference.identifier
    if identifier is None or not identifier.value:
        return None
    return identified(identifier.system, identifier.value)


def identified(system: str | None, value: str) -> str:
    """Return the name of whoever carries a business identifier."""
    return f"{IDENTIFIER}{system or ''}|{value}"


def is_plain(name: str) -> bool:
    """Whether a reference is `Patient/id` and nothing else, as almost every one."""
    return name.startswith("Patient/") and name.count("/") == 1 and "?" not in name


def without_server(name: str) -> str:
    """Return `Type/id` of an address; a name of another shape as it stands."""
    return "/".join(name.split("/")[-2:]) if "://" in name else name


def _named(text: str) -> str | None:
    """Return the name that a written reference gives; contained ones are looked up elsewhere."""
    if is_plain(text):
        return text
    text, _, query = text.partition("/_history/")[0].partition("?")
    parts = text.split("/")
    if query:
        system, bar, value = query.removeprefix(_QUERY).partition("|")
        is_patient = parts[-1] == PATIENT and query.startswith(_QUERY) and bar
        return identified(system, value) if is_patient else None
    is_typed = len(parts) > 1 and parts[-2][:1].isupper() and parts[-2].isalpha()
    if is_typed:
        return "/".join(parts[-2:]) if parts[-2] == PATIENT else None
    return text
