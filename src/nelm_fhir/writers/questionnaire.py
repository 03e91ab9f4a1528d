"""The form of the tumor board as FHIR Questionnaire, whole or with only what is asked.

In: the form in words, the table of the attested entry, and what is asked. Out: the resource as a
plain dict; one group `<element>.entry` per element. The shipped resource is the whole form, a test
holds it equal. Source: attested-entry.md section 3, FHIR R4 Questionnaire (que-1 to que-13).
"""

from collections.abc import Iterator
from typing import Final

from nelm_fhir.assessment.asked import Asked, AskedElement
from nelm_fhir.core.canonical import BASE, FORM
from nelm_fhir.knowledge.attested import AttestedRow, AttestedTable
from nelm_fhir.knowledge.form import BOUNDS, DATE, Form, Question
from nelm_fhir.writers.canonicals import (
    ATTESTED_SYSTEM,
    ENTRY_FORMAT,
    REFERENCED,
    UCUM,
    UNIT_OPTION,
)
from nelm_fhir.writers.datatypes import Json, coding, extension, filled

_STUDY: Final = "study"
_TYPES: Final = (
    ("CodeableConcept", "choice"),
    ("boolean", "boolean"),
    ("string", "string"),
    ("Quantity", "quantity"),
    ("dateTime", "date"),
    ("integer", "integer"),
)
"""Types of value[x] and of the items that ask for them; the first that the row takes is asked."""


def questionnaire(form: Form, table: AttestedTable, asked: Asked | None = None) -> Json:
    """Return the whole form; with `asked`, the same form with only these questions.

    A shortened form has no id, so that it never replaces the whole one on a server.
    """
    groups = [
        _group(question, form, table, asked)
        for question in form.questions
        if question.inside is None and _is_asked(question, asked)
    ]
    head = form.head
    description = head["description"] if groups else head["none"]
    return filled(
        {
            "resourceType": "Questionnaire",
            "id": FORM.rpartition("/")[2] if asked is None else None,
            "url": FORM,
            "version": head["version"],
            "name": head["name"],
            "title": head["title"],
            "status": "draft",
            "experimental": True,
            "subjectType": ["Patient"],
            "description": description,
            "purpose": head["purpose"],
            "copyright": head["copyright"],
            "item": groups,
        }
    )


def _is_asked(question: Question, asked: Asked | None) -> bool:
    return asked is None or question.element in asked.elements


def _group(question: Question, form: Form, table: AttestedTable, asked: Asked | None) -> Json:
    """Return the group of one element: what it is about, when, its value, what goes with it."""
    wanted = None if asked is None else asked.elements[question.element]
    return filled(
        {
            "linkId": f"{question.element}.entry",
            "text": question.heading,
            "type": "group",
            "repeats": question.several or None,
            "item": [
                *_why(question, form, wanted),
                *_links(question, form, wanted, last=False),
                *_date(question, form),
                *_values(question, form, table, wanted),
                *_links(question, form, wanted, last=True),
                *(
                    _group(inner, form, table, asked)
                    for inner in form.questions
                    if inner.inside == question.element and _is_asked(inner, asked)
                ),
            ],
        }
    )


def _why(question: Question, form: Form, wanted: AskedElement | None) -> Iterator[Json]:
    """Yield the criteria that lack the answer, for the reader alone."""
    if wanted is not None and wanted.lacking_for:
        sets: dict[str, list[str]] = {}
        for title, criterion in wanted.lacking_for:
            sets.setdefault(title, []).append(criterion)
        named = "; ".join(f"{title} {', '.join(ids)}" for title, ids in sets.items())
        yield {
            "linkId": f"{question.element}.why",
            "text": f"{form.head['why']}: {named}",
            "type": "display",
        }


def _links(
    question: Question, form: Form, wanted: AskedElement | None, *, last: bool
) -> Iterator[Json]:
    """Yield what the statement is about; the study it rests on comes last."""
    for name in question.asks:
        if (name == _STUDY) is last:
            link = form.links[name]
            known = wanted.known if wanted is not None and not last else None
            yield filled(
                {
                    "extension": [extension(REFERENCED, "Code", one) for one in link.resources],
                    "linkId": f"{question.element}.{name}",
                    "text": question.words.get(name, link.text),
                    "type": "reference",
                    "initial": [{"valueReference": {"reference": known}}] if known else None,
                }
            )


def _date(question: Question, form: Form) -> Iterator[Json]:
    if question.inside is None:
        yield {
            "linkId": f"{question.element}.{DATE}",
            "text": question.words.get(DATE, form.links[DATE].text),
            "type": "date",
        }


def _values(
    question: Question, form: Form, table: AttestedTable, wanted: AskedElement | None
) -> Iterator[Json]:
    """Yield the value with its bounds, and the components beside it."""
    row = table.elements[question.element]
    if wanted is None or row.code in wanted.codes:
        yield _item(row.code, question.text, row, form)
        for bound in BOUNDS if "Range" in row.values else ():
            extensions = list(_unit(row.code, form))
            yield {
                "extension": extensions,
                "linkId": f"{row.code}.{bound}",
                "text": question.words[bound],
                "type": "quantity",
            }
    for code, text in form.components.items():
        if code in row.components and (wanted is None or code in wanted.codes):
            yield _item(f"{row.code}.{code}", text, table.components[code], form)


def _item(link: str, text: str, row: AttestedRow, form: Form) -> Json:
    """Return the question for one value."""
    kind = next(asked for value, asked in _TYPES if value in row.values)
    look = form.look(row.code)
    extensions = list(_unit(row.code, form)) if kind == "quantity" else []
    if look.format and kind == "string":
        extensions.append(extension(ENTRY_FORMAT, "String", look.format))
    return filled(
        {
            "extension": extensions,
            "linkId": link,
            "code": [coding(ATTESTED_SYSTEM, row.code)],
            "text": text,
            "type": "open-choice" if row.open else kind,
            "repeats": row.repeats or None,
            "answerValueSet": f"{BASE}/ValueSet/attested-{row.code}" if row.words else None,
        }
    )


def _unit(code: str, form: Form) -> Iterator[Json]:
    unit = form.look(code).unit
    if unit is not None:
        yield extension(UNIT_OPTION, "Coding", coding(UCUM, unit, unit))
