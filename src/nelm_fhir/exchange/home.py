"""Which references lead to a resource of the server that was asked, and to which.

In: a reference as a record has it, and the server address that its resource came with. Out:
`Type/id`, or None for what lies on another server or is no address of a resource. What a record
says never decides which host is asked: only type and id are taken from it, and both are looked at
(threats 15, 16).
"""

import re
from dataclasses import dataclass
from typing import Final

from nelm_fhir.errors import NoPatient
from nelm_fhir.fhir_r4.part import Entry

_NAME: Final = re.compile(r"[A-Z][A-Za-z]{1,63}/(?!\.{1,2}\Z)[A-Za-z0-9._-]{1,128}")
"""Type and id, in letters that mean nothing else in a URL or in a list. FHIR ends ids at 64
letters, some servers do not."""
PATIENT: Final = "Patient/"


def is_name(text: str) -> bool:
    """Whether a text is `Type/id`."""
    return _NAME.fullmatch(text) is not None


def patient_name(text: str) -> str:
    """Return `Patient/id` for an id with or without its type; raises NoPatient."""
    name = PATIENT + text.removeprefix(PATIENT)
    if not is_name(name):
        raise NoPatient("That is no id of a patient.", "Write the id, or Patient/ID.")
    return name


@dataclass(frozen=True, slots=True)
class Home:
    """The addresses (with `/`) under which one server knows its own resources.

    The first is the one it was asked at. A server behind a proxy writes another one into its
    answers; that one is learnt from the Patient who was asked for, never from a reference.
    """

    bases: tuple[str, ...]

    def with_base(self, base: str | None) -> "Home":
        """Return this home under one more address."""
        return self if base is None or base in self.bases else Home((*self.bases, base))

    def is_here(self, base: str | None) -> bool:
        """Whether a resource that came with this address is one of the server's own."""
        return base is None or base in self.bases

    def url(self, name: str) -> str:
        """Return what the server itself calls `Type/id`, for one that it sent without a name."""
        return self.bases[-1] + name

    def name(self, reference: str, base: str | None = None) -> str | None:
        """Return `Type/id` of a reference found in a resource that came with `base`."""
        text = reference.partition("/_history/")[0]
        if "://" in text:
            tails = (text.removeprefix(own) for own in self.bases if text.startswith(own))
            return next((tail for tail in tails if is_name(tail)), None)
        return text if is_name(text) and self.is_here(base) else None

    def patient_of(self, entry: Entry) -> str | None:
        """Return the `Patient/id` that an entry says it is about; None where it names none here."""
        subject = entry.head.subject or entry.head.patient
        written = subject.reference if subject is not None else None
        name = self.name(written, entry.base) if written else None
        return name if name is not None and name.startswith(PATIENT) else None
