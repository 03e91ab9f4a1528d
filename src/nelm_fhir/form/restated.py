"""Completed answers to the form, restated as Observations.

In: a QuestionnaireResponse by itself, or in a Bundle. Out: a validated Bundle of attested entries.
The answers are cut into entries by the mapper that reads them, so that both say the same.
Source: attested-entry.md section 3.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nelm_fhir.core.canonical import FORM
from nelm_fhir.errors import InputError, NotValid
from nelm_fhir.fhir_r4.intake import Data
from nelm_fhir.fhir_r4.one_response import one_response
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.mappers.form_entries import answers
from nelm_fhir.writers.attested_entries import attested_entries
from nelm_fhir.writers.bundle_kind import Kind


@dataclass(frozen=True, slots=True)
class Restated:
    """The Observations in a Bundle; `strangers` are places of answers the form does not ask for."""

    bundle: dict[str, Any]
    strangers: tuple[str, ...] = ()


def restated(data: Data, catalogue: Catalogue, *, kind: Kind = "collection") -> Restated:
    """Return the completed answers to the form as Observations.

    Raises InputError where it is something else, not completed, not signed, or cannot be said in
    Observations; NotValid where it is no valid FHIR R4.
    """
    response = one_response(data, FORM)
    _refuse_wrong(response)
    found = answers(response, catalogue.attested)
    entries = {entry.name: dict(entry.data) for entry in found.entries}
    if not entries:
        raise InputError("No question of the form is answered.", "Answer at least one.")
    if any("performer" not in data for data in entries.values()):
        raise InputError(
            "Nobody attests the answers: author or `authored` is missing.",
            "Send answers with the author and the moment they were authored.",
        )
    built = attested_entries(dict(response), entries, kind)
    _refuse_built(built)
    return Restated(built, found.strangers)


def _refuse_wrong(response: Mapping[str, Any]) -> None:
    from nelm_fhir.fhir_r4.models import validate  # noqa: PLC0415 - costs seconds, only here

    for fault in validate(response)[:1]:
        raise NotValid(
            f"The answers are not valid FHIR R4: {fault.location}: {fault.text}",
            "Correct the QuestionnaireResponse.",
        )


def _refuse_built(built: Mapping[str, Any]) -> None:
    from nelm_fhir.fhir_r4.models import refuse_built  # noqa: PLC0415 - as above

    refuse_built(built)
