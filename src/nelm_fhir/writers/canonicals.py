"""Names that stand in what we write: our own canonicals, and those FHIR itself prescribes.

In: `core.canonical.BASE`. None of them is a clinical code; those are data in `mappings/`.
"""

from typing import Final

from nelm_fhir.core.canonical import BASE

TAG: Final = f"{BASE}/tag"
PROVENANCE_TAG: Final = f"{BASE}/provenance"
DECISION_SUPPORT: Final = "decision-support"
ASSESSMENT_IDENTIFIER: Final = f"{BASE}/assessment"
EDITION_IDENTIFIER: Final = f"{BASE}/assessment-edition"
PROGRAM_IDENTIFIER: Final = f"{BASE}/program"

ASSESSMENT_SYSTEM: Final = f"{BASE}/CodeSystem/assessment"
ASSESSMENT_CODE: Final = "lt-criteria-nelm"
CRITERIA_SET_SYSTEM: Final = f"{BASE}/CodeSystem/criteria-set"
CRITERION_SYSTEM: Final = f"{BASE}/CodeSystem/criterion"
OUTCOME_SYSTEM: Final = f"{BASE}/CodeSystem/outcome"
VERDICT_SYSTEM: Final = f"{BASE}/CodeSystem/verdict"
REASON_SYSTEM: Final = f"{BASE}/CodeSystem/reason"

INPUT_DIGEST: Final = f"{BASE}/StructureDefinition/input-digest"
CATALOGUE_DIGEST: Final = f"{BASE}/StructureDefinition/catalogue-digest"
OPERAND: Final = f"{BASE}/StructureDefinition/operand"
BASIS: Final = f"{BASE}/StructureDefinition/basis"
ASSESSMENT_RESOURCE: Final = f"{BASE}/StructureDefinition/assessment-resource"

UCUM: Final = "http://unitsofmeasure.org"
URI_SYSTEM: Final = "urn:ietf:rfc:3986"  # FHIR R4 Identifier: a value that is itself a URI
XHTML: Final = "http://www.w3.org/1999/xhtml"
ACT_REASON: Final = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
TEST_DATA: Final = "HTEST"
AGENT_TYPE: Final = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
ASSEMBLER: Final = "assembler"
OBSERVATION_CATEGORY: Final = "http://terminology.hl7.org/CodeSystem/observation-category"
SURVEY: Final = "survey"
ABSENT_REASON: Final = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
ABSENT: Final = "unknown"
FHIR_JSON: Final = "application/fhir+json"
PLAIN_TEXT: Final = "text/plain"

ATTESTED_SYSTEM: Final = f"{BASE}/CodeSystem/attested-element"
ATTESTED_IDENTIFIER: Final = f"{BASE}/attested-entry"
UNIT_OPTION: Final = "http://hl7.org/fhir/StructureDefinition/questionnaire-unitOption"
REFERENCED: Final = "http://hl7.org/fhir/StructureDefinition/questionnaire-referenceResource"
ENTRY_FORMAT: Final = "http://hl7.org/fhir/StructureDefinition/entryFormat"
OBSERVATION_VALUE: Final = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"
SUBSETTED: Final = "SUBSETTED"
"""FHIR R4 search: tags a resource of which not all elements are shown."""
