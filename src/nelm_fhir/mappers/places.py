"""Extensions in which oncology profiles put what we read (terminology 3.4, 3.6, 3.15, 5.1).

They are names of elements, like `bodySite`, and say nothing about meaning. Sources: mCODE STU1 to
STU4 (laterality: extension of `bodySite`), MII module oncology, FHIR R4 core.
"""

from typing import Final

_MCODE: Final = "http://hl7.org/fhir/us/mcode/StructureDefinition/"
_MII: Final = "https://www.medizininformatik-initiative.de/fhir/ext/modul-onko/StructureDefinition/"

MORPHOLOGY: Final = (
    f"{_MCODE}mcode-histology-morphology-behavior",
    f"{_MII}mii-ex-onko-histology-morphology-behavior-icdo3",
)
RELATED_CONDITION: Final = (
    f"{_MCODE}mcode-related-condition",
    f"{_MCODE}mcode-related-primary-cancer-condition",
    "http://hl7.org/fhir/StructureDefinition/condition-related",
)
EVIDENCE_TYPE: Final = (
    f"{_MCODE}mcode-evidence-type",
    f"{_MCODE}mcode-cancer-disease-status-evidence-type",
)
LATERALITY: Final = (f"{_MCODE}mcode-laterality", f"{_MCODE}mcode-laterality-qualifier")
TNM_PREFIX: Final = (f"{_MII}mii-ex-onko-tnm-cp-praefix",)
DATA_ABSENT: Final = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
ABSENT_REASON: Final = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
"""The CodeSystem whose codes that extension and `dataAbsentReason` hold."""
