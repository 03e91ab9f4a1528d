"""Which entries belong to the patient and are whole enough to be asked.

In: the entries of a part, the subject of each, the patient. Out: the numbers of the entries that
are the patient's, or nobody's where the type has no subject. Everything else is noted in the part:
another patient's, no patient's, nobody's, damaged (rules 1.7).
Source: architecture, Assembly (patient); terminology 2.7, T33.
"""

from collections.abc import Sequence

from nelm_fhir.fhir_r4 import twice
from nelm_fhir.fhir_r4.notices import notice
from nelm_fhir.fhir_r4.part import Entry, Part
from nelm_fhir.fhir_r4.patient import Whose
from nelm_fhir.fhir_r4.required import fault, has_subject, needs
from nelm_fhir.fhir_r4.subject import NOT_A_PATIENT, UNNAMED, Subject, patient_name


def of_patient(part: Part, of: Sequence[Subject], who: Whose, mapped: frozenset[str]) -> list[int]:
    """Return the entries that are the patient's, and note why the others are not.

    `of` holds the subject of each entry, `mapped` the types that some mapper reads.
    """
    named = frozenset(name for name in of if isinstance(name, str))
    mine: list[int] = []
    for n, entry in enumerate(part.entries):
        if entry.type == "Patient":
            if n in who.patients:
                mine.append(n)
            else:
                _other_patient(part, entry, who, named)
        elif _is_sound(entry, of[n], who) or _is_his(part, entry, of[n], who, mapped):
            mine.append(n)
    return mine


def _is_sound(entry: Entry, whom: Subject, who: Whose) -> bool:
    """Whether an entry is the patient's and has all that any type needs, as almost every one."""
    head = entry.head
    codings = head.code.coding if head.code is not None else None
    if head.status is None or not codings or codings[0].code is None or entry.wrong:
        return False
    return whom in who.names


def _other_patient(part: Part, entry: Entry, who: Whose, named: frozenset[str]) -> None:
    name = patient_name(entry)
    if name in who.names:
        part.set_aside("merged-patient", entry.place, entry.type)
    elif name in named:
        part.set_aside("other-patient", entry.place, entry.type)
    else:
        part.issues.append(notice("unreferenced-patient", entry.place))
        part.set_aside("unreferenced-patient", entry.place, entry.type)


def _is_his(part: Part, entry: Entry, whom: Subject, who: Whose, mapped: frozenset[str]) -> bool:
    if isinstance(whom, str) and whom not in who.names:
        if entry.type in mapped and twice.of_subject(entry.raw) and twice.repeats_a_key(entry.raw):
            part.damage("repeated-key", entry.place, entry.type)  # the first may have been his
        else:
            part.set_aside("other-patient", entry.place, entry.type)
        return False
    if entry.type not in mapped:
        return whom is not NOT_A_PATIENT or _drop(part, entry, "not-a-patient")
    kind = fault(entry.head, entry.wrong, entry.raw)
    if kind is None and whom is UNNAMED and has_subject(entry.head) and needs(entry.type).subject:
        kind = "missing-subject"  # it names somebody contained who is not there
    if kind is not None:
        part.damage(kind, entry.place, entry.type)
        return False
    if whom is NOT_A_PATIENT or (whom is UNNAMED and needs(entry.type).stated):
        part.issues.append(notice(whom.value, entry.place))
        return _drop(part, entry, whom.value)
    return True


def _drop(part: Part, entry: Entry, reason: str) -> bool:
    part.set_aside(reason, entry.place, entry.type)
    return False
