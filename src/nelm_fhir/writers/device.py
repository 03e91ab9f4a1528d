"""The program as FHIR's Device: contained in an assessment, named as agent of a Provenance.

In: `Assessment.program`, name and version as one text. Source: terminology 6.2, 6.4.
"""

from typing import Final

from nelm_fhir.writers.canonicals import PROGRAM_IDENTIFIER
from nelm_fhir.writers.datatypes import Json, identifier, string

ENGINE: Final = "engine"
REFERENCE: Final[str] = f"#{ENGINE}"


def engine(program: str) -> Json:
    """Return the Device that an assessment contains."""
    name, _, version = program.partition(" ")
    device: Json = {
        "resourceType": "Device",
        "id": ENGINE,
        "deviceName": [{"name": string(name), "type": "user-friendly-name"}],
    }
    return device | {"version": [{"value": string(version)}]} if version else device


def agent(program: str) -> Json:
    """Return the Reference to the program by identifier and display."""
    return {
        "type": "Device",
        "identifier": identifier(PROGRAM_IDENTIFIER, program.partition(" ")[0]),
        "display": string(program),
    }
