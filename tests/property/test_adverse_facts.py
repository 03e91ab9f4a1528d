"""One adverse fact in every carrier and style: the verdict must move, however the fact is told.

The base is the sample record that meets six sets. Each row adds one statement that speaks against
the patient, and names the criteria that can no longer be met, those that must be unknown because
the record does not certainly say so, or that no set may be met (rules 1.5, 1.7).
"""

import json

import pytest
from tests.property.fhir_parts import (
    CM,
    CPT,
    GM,
    ICDO,
    LN,
    MCODE,
    MEETS_ALL,
    MII,
    SCT,
    WHO,
    answer,
    attested,
    coded,
    concept,
    condition,
    course,
    judged,
    observation,
    part,
    percent,
    procedure,
    ref,
    report,
    resource,
    statuses,
    verdicts,
    verified,
    with_added,
)

SPREAD = "M16-EHD ESMO-EHD OPTN-LIVER OPTN-WORK B-EHD C-EHD"
KI67 = "ESMO-KI67 B-KI67 OPTN-KI67"
GRADE = "M07-HIST M16-GRADE OPTN-GRADE B-GRADE C-GRADE"
STABLE = "M07-STAB M16-STAB ESMO-STAB B-STAB"
MARGIN = "M07-PRIM M16-PRIM B-PRIM"
REMOVED = "M07-PRIM M16-PRIM ESMO-PRIM B-PRIM C-PRIM OPTN-RES6"
BURDEN = "M07-BURD M16-BURD OPTN-BURD ESMO-BURD B-BURD C-BURD"
UICC = "https://www.uicc.org/resources/tnm"
PLACE, BONE = (SCT, "385421009"), (SCT, "94222008")
INDEX, NEC = (LN, "29593-1"), (ICDO, "8013/3")
LUNG = concept((SCT, "39607008"))
PRIMARY, LIVER = "Condition/ileal-net", "Condition/liver-metastases"
IMAGING = [
    {
        "url": f"{MCODE}cancer-disease-status-evidence-type",
        "valueCodeableConcept": concept((SCT, "363679005")),
    }
]
MORPHOLOGY = [
    {"url": f"{MCODE}histology-morphology-behavior", "valueCodeableConcept": concept(NEC)}
]
UNKNOWN = {"status": "unknown"}


def bone_at(*codes, **more):
    return observation(PLACE, coded(*codes), **more)


def contained(kind, **more):
    """A bone metastasis contained in a resource of that type, which points to it."""
    inner = condition(BONE, id="inner")
    return resource(kind, contained=[inner], **more)


def member(inner):
    panel = observation(concept(text="panel"), hasMember=[ref(inner)])
    return inner, panel


def about(target, *statements):
    """The statements, each with its focus, and the Condition they are about."""
    return (target, *(s | {"focus": [ref(target)]} for s in statements))


def index(*values, **more):
    return observation(INDEX, *values, **{"effectiveDateTime": "2026-02-01"} | more)


def grade(*values, **more):
    return observation((LN, "33732-9"), *values, **more)


def morphology(*values, **more):
    return observation((LN, "59847-4"), *values, **more)


def status_of_disease(*answers, question=(LN, "97509-4"), **more):
    return observation(question, coded(*answers), **more)


def residual(*codes, **more):
    told = {"effectiveDateTime": "2025-04-10", **more}
    status = coded(*((f"{MII}residualstatus", code) for code in codes))
    return observation((LN, "84892-9"), status, **told)


def herd():
    return condition(code=concept(text="Herd im Knochen"))


def listed(day, since="2025-06-01"):
    return attested(
        "listing",
        answer("listed"),
        effectiveDateTime=day,
        component=[part("listing-date", {"valueDateTime": since})],
    )


ORGAN_LIST = f"{MII}fernmetastasen"
WORSE = (SCT, "271299001")
NO_LONGER_MET = {
    # disease outside the liver: Conditions
    "bone in ICD-10-CM": (SPREAD, condition((CM, "C79.51"))),
    "bone in ICD-10-CM, of a carcinoid": (SPREAD, condition((CM, "C7B.03"))),
    "bone in ICD-10-GM": (SPREAD, condition((GM, "C79.5"))),
    "bone in ICD-10 WHO": (SPREAD, condition((WHO, "C79.5"))),
    "bone in SNOMED": (SPREAD, condition(BONE)),
    "bone in SNOMED by its OID": (SPREAD, condition(("urn:oid:2.16.840.1.113883.6.96", BONE[1]))),
    "bone without any status": (
        SPREAD,
        condition(BONE, clinicalStatus=None, verificationStatus=None),
    ),
    "bone that is resolved": (SPREAD, condition(BONE, clinicalStatus=course("resolved"))),
    "bone without date": (SPREAD, condition(BONE, onsetDateTime=None)),
    "bone long ago": (SPREAD, condition(BONE, onsetDateTime="2019")),
    "bone whose primary is lost": (
        SPREAD,
        condition(
            BONE,
            extension=[
                {
                    "url": "http://hl7.org/fhir/StructureDefinition/condition-related",
                    "valueReference": ref("Condition/gone"),
                }
            ],
        ),
    ),
    "bone beside an unlinked other cancer": (
        SPREAD,
        condition((CM, "C18.7")),
        condition(BONE),
    ),
    "peritoneum": (SPREAD, condition((CM, "C78.6"))),
    "node in the chest": (SPREAD, condition((CM, "C77.1"))),
    "neuroendocrine metastasis of a lung": (
        SPREAD,
        condition((SCT, "1290060007"), bodySite=[concept((SCT, "39607008"))]),
    ),
    "a patient named by identifier": (
        SPREAD,
        condition(
            BONE,
            subject={
                "identifier": {"system": "https://ehr.lakeside.example/mrn", "value": "LS-0010437"}
            },
        ),
    ),
    "a patient named by an absolute address": (
        SPREAD,
        condition(BONE, subject="https://ehr.lakeside.example/fhir/Patient/sample-ileum-1"),
    ),
    # disease outside the liver: Observations, reports, contained resources
    "bone as Observation in SNOMED": (SPREAD, bone_at((SCT, "258333005"))),
    "bone as Observation of the German list": (SPREAD, bone_at((ORGAN_LIST, "OSS"))),
    "bone as undated Observation": (SPREAD, bone_at((ORGAN_LIST, "OSS"), effectiveDateTime=None)),
    "bone, preliminary": (SPREAD, bone_at((SCT, "258333005"), status="preliminary")),
    "bone as component of an unmapped panel": (
        SPREAD,
        observation(concept(("urn:x", "P")), component=[part(PLACE, coded((SCT, "258333005")))]),
    ),
    "bone as component of an attested entry": (
        SPREAD,
        attested(
            "liver-resectability",
            answer("unresectable"),
            component=[part(PLACE, coded((SCT, "258333005")))],
        ),
    ),
    "bone as member of a panel": (SPREAD, *member(bone_at((SCT, "258333005")))),
    "bone as question answered by yes": (SPREAD, observation(BONE, {"valueBoolean": True})),
    "bone only as conclusion code of a report": (SPREAD, report(concept(BONE))),
    "bone in ICD-10-CM as conclusion code": (SPREAD, report(concept((CM, "C79.51")))),
    "bone contained in an unmapped Observation": (
        SPREAD,
        contained(
            "Observation", status="final", code=concept(("urn:x", "F")), focus=[ref("#inner")]
        ),
    ),
    "bone contained in an Encounter": (SPREAD, contained("Encounter", status="finished")),
    "bone contained in a Procedure": (
        SPREAD,
        contained("Procedure", status="completed", code=concept((SCT, "33195004"))),
    ),
    "distant metastasis at a body site": (
        SPREAD,
        observation((SCT, "399608002"), coded((SCT, "59156000")), bodySite=LUNG),
    ),
    "distant metastasis in the past at a body site": (
        SPREAD,
        observation((SCT, "1287652008"), {"valueBoolean": True}, bodySite=LUNG),
    ),
    "uptake of a Condition in text": (
        SPREAD,
        *about(herd(), attested("focus-uptake", answer("positive"))),
    ),
    "uptake without focus": (SPREAD, attested("focus-uptake", answer("positive"))),
    "uptake whose focus is lost": (
        SPREAD,
        attested("focus-uptake", answer("positive"), focus=[ref("Condition/gone")]),
    ),
    "uptake of two foci at once": (
        SPREAD,
        attested(
            "focus-uptake", answer("positive"), focus=[ref("Condition/a"), ref("Condition/b")]
        ),
    ),
    "uptake of a focus named by identifier": (
        SPREAD,
        attested(
            "focus-uptake",
            answer("positive"),
            focus=[{"identifier": {"system": "u", "value": "1"}}],
        ),
    ),
    "uptake without date": (
        SPREAD,
        attested("focus-uptake", answer("positive"), effectiveDateTime=None),
    ),
    "uptake of the removed nodes": (
        SPREAD,
        attested("focus-uptake", answer("positive"), focus=[ref("Condition/mesenteric-nodes")]),
    ),
    "a class given to a Condition in text": (
        SPREAD,
        *about(herd(), attested("focus-class", answer("bone"))),
    ),
    "a positive second scan": (SPREAD, attested("scan", answer("positive"))),
    "a positive second reading of the same scan": (
        SPREAD,
        attested(
            "scan",
            answer("positive"),
            effectiveDateTime="2026-05-11",
            derivedFrom=[ref("ImagingStudy/pet-2026-05")],
        ),
    ),
    # proliferation
    "Ki-67 of a specimen of its own": (f"{KI67} {GRADE}", index(percent(30))),
    "Ki-67 without date": (f"{KI67} {GRADE}", index(percent(30), effectiveDateTime=None)),
    "Ki-67 of a lost specimen": (
        f"{KI67} {GRADE}",
        index(percent(30), specimen=ref("Specimen/gone")),
    ),
    "Ki-67 as component of a grade": (
        f"{KI67} {GRADE}",
        grade(component=[part(INDEX, percent(30))]),
    ),
    "Ki-67 as component of a panel in text": (
        f"{KI67} {GRADE}",
        observation(concept(text="IHC"), component=[part(INDEX, percent(30))]),
    ),
    "Ki-67 as member": (f"{KI67} {GRADE}", *member(index(percent(30)))),
    "Ki-67 above a limit": (f"{KI67} {GRADE}", index(percent(20, comparator=">"))),
    "Ki-67 as string": (f"{KI67} {GRADE}", index({"valueString": "30 %"})),
    "Ki-67, preliminary": (f"{KI67} {GRADE}", index(percent(30), status="preliminary")),
    "Ki-67 under its SNOMED code": (
        f"{KI67} {GRADE}",
        observation((SCT, "1255078008"), percent(30)),
    ),
    "Ki-67 attested": (f"{KI67} {GRADE}", attested("ki67", percent(30))),
    "Ki-67 corrected upwards": (
        f"{KI67} {GRADE}",
        *(
            index(percent(n), status=s, issued=at, identifier=[{"system": "u", "value": "1"}])
            for n, s, at in [
                (3, "final", "2026-02-01T00:00:00Z"),
                (30, "corrected", "2026-02-03T00:00:00Z"),
            ]
        ),
    ),
    "Ki-67 amended, the identifier used again for other tissue": (
        KI67,
        index(
            percent(30),
            status="amended",
            issued="2026-02-01T00:00:00Z",
            identifier=[{"system": "u", "value": "1"}],
        ),
        index(
            percent(3),
            issued="2026-02-03T00:00:00Z",
            effectiveDateTime="2025-01-01",
            identifier=[{"system": "u", "value": "1"}],
        ),
    ),
    "mitoses as ratio": (
        f"OPTN-MIT B-MIT {GRADE}",
        observation(
            (SCT, "27350008"),
            {
                "valueRatio": {
                    "numerator": {"value": 25},
                    "denominator": {"value": 2, "unit": "mm2", "code": "mm2"},
                }
            },
        ),
    ),
    # carcinoma and grade
    "carcinoma by morphology extension": (
        f"M07-HIGH {GRADE}",
        condition((CM, "C7A.012"), extension=MORPHOLOGY),
    ),
    "carcinoma by its site code": (f"M07-HIGH {GRADE}", condition((CM, "C7A.1"))),
    "carcinoma by 59847-4": (f"M07-HIGH {GRADE}", morphology(coded(NEC))),
    "carcinoma with topography": (f"M07-HIGH {GRADE}", morphology(coded((ICDO, "8041/3-C17.2")))),
    "carcinoma by conclusion code": (f"M07-HIGH {GRADE}", report(concept(NEC))),
    "carcinoma as answer to a grade": (
        f"M07-HIGH {GRADE}",
        grade(coded((SCT, "1286767006"))),
    ),
    "NET G3": (GRADE, grade(coded((SCT, "1286772002")))),
    "NET G3 by morphology extension": (
        GRADE,
        condition((CM, "C7A.012"), extension=[MORPHOLOGY[0] | coded((SCT, "1286772002"))]),
    ),
    "NET G3 as code of the Condition": (GRADE, condition((SCT, "1286772002"))),
    "NET G3 by 31206-6": (GRADE, observation((LN, "31206-6"), coded((SCT, "1286772002")))),
    "NET G3 by conclusion code": (GRADE, report(concept((SCT, "1286772002")))),
    "poorly differentiated by morphology": (GRADE, morphology(coded((SCT, "373374006")))),
    "poorly differentiated": (GRADE, grade(coded((SCT, "373373000")))),
    # progression
    "progression attested": (f"{STABLE} C-PROG", attested("response", answer("PD"))),
    "progression without day": (
        STABLE,
        attested("response", answer("PD"), effectiveDateTime=None),
    ),
    "worsened on imaging": (f"{STABLE} C-PROG", status_of_disease(WORSE, extension=IMAGING)),
    "worsened, nobody says how it was seen": (f"{STABLE} C-PROG", status_of_disease(WORSE)),
    "worsened and stable in one concept": (
        f"{STABLE} C-PROG",
        status_of_disease((SCT, "359746009"), WORSE),
    ),
    "progress and no change in one concept": (
        f"{STABLE} C-PROG",
        status_of_disease(
            (f"{MII}verlauf-gesamtbeurteilung", "K"),
            (SCT, "419835002"),
            question=(SCT, "396432002"),
        ),
    ),
    "worsened in one lesion": (f"{STABLE} C-PROG", status_of_disease(WORSE, focus=[ref(LIVER)])),
    "German progression": (
        f"{STABLE} C-PROG",
        status_of_disease((f"{MII}verlauf-gesamtbeurteilung", "P"), question=(SCT, "396432002")),
    ),
    "German progression of metastases": (
        f"{STABLE} C-PROG",
        observation(
            (SCT, "396432002"),
            component=[
                part((SCT, "399608002"), coded((f"{MII}verlauf-fernmetastasen", "P"))),
            ],
        ),
    ),
    "German progression of lymph nodes": (
        f"{STABLE} C-PROG",
        observation(
            (SCT, "396432002"),
            component=[
                part((SCT, "399656008"), coded((f"{MII}verlauf-lymphknoten", "P"))),
            ],
        ),
    ),
    "German progression of the primary": (
        f"{STABLE} C-PROG",
        observation(
            (SCT, "396432002"),
            component=[
                part((SCT, "445200009"), coded((f"{MII}verlauf-primaertumor", "P"))),
            ],
        ),
    ),
    "progression while listed": (
        "OPTN-LPROG B-LPROG OPTN-UPD",
        listed("2026-05-20"),
        attested("response", answer("PD"), effectiveDateTime="2025-07-01"),
    ),
    # the primary
    "a second primary of the lung": ("M16-DRAIN OPTN-GEP B-SITE", condition((CM, "C7A.090"))),
    "a second primary of the pancreas": ("ESMO-PRIM B-PRIM C-PRIM", condition((SCT, "735735001"))),
    "a second primary, inactive": (
        "ESMO-PRIM B-PRIM C-PRIM",
        condition((CM, "C7A.026"), clinicalStatus=course("inactive")),
    ),
    "a late second resection": (
        "OPTN-RES6 C-OBS",
        procedure(
            (SCT, "359571009"), performedDateTime="2026-04-01", reasonReference=[ref(PRIMARY)]
        ),
    ),
    "R2 attested later": (
        REMOVED,
        attested(
            "primary-resected",
            {"valueBoolean": True},
            focus=[ref(PRIMARY)],
            effectiveDateTime="2026-05-20",
            component=[part("residual-tumor", answer("R2"))],
        ),
    ),
    # the liver
    "resectable, later": (
        "OPTN-LIVER ESMO-UNRES B-UNRES C-UNRES",
        attested("liver-resectability", answer("resectable"), effectiveDateTime="2026-05-20"),
    ),
    "unilobar, later": (
        "OPTN-LIVER",
        attested("liver-distribution", answer("unilobar"), effectiveDateTime="2026-05-20"),
    ),
    "more of the liver, later": (
        BURDEN,
        attested("liver-involvement", percent(80), effectiveDateTime="2026-05-20"),
    ),
    "a comorbidity": (
        "M07-COM",
        attested(
            "comorbidity-contraindication",
            {"valueBoolean": True},
            effectiveDateTime="2026-05-20",
        ),
    ),
    "a bone metastasis irradiated years ago": (
        "OPTN-SOLID B-SOLID M16-EHD C-EHD",
        *about(
            condition(BONE, onsetDateTime="2023-03-01", clinicalStatus=course("resolved")),
            attested(
                "focus-treatment",
                answer("radiotherapy"),
                effectiveDateTime="2023-06-01",
                component=[part("treatment-end", {"valueDateTime": "2023-06-01"})],
            ),
        ),
    ),
}
MUST_BE_UNKNOWN = {
    "bone only suspected": (SPREAD, condition(BONE, verificationStatus=verified("provisional"))),
    "bone confirmed and refuted at once": (
        SPREAD,
        condition(
            BONE,
            verificationStatus=concept(
                *[
                    ("http://terminology.hl7.org/CodeSystem/condition-ver-status", word)
                    for word in ("confirmed", "refuted")
                ]
            ),
        ),
    ),
    "metastases present and absent at once at one place": (
        SPREAD,
        observation((SCT, "399608002"), coded((SCT, "52101004"), (SCT, "2667000")), bodySite=LUNG),
    ),
    "M0 and M1 at once at one place": (
        SPREAD,
        observation((SCT, "399387003"), coded((UICC, "M0"), (UICC, "M1")), bodySite=LUNG),
    ),
    "a metastasis at a site nobody maps": (
        SPREAD,
        condition((CM, "C79.9"), bodySite=[concept((SCT, "272673000"))]),
    ),
    "a metastasis at a site in text": (
        SPREAD,
        condition((CM, "C79.9"), bodySite=[concept(text="Wirbel")]),
    ),
    "a metastatic morphology at a site in text": (
        SPREAD,
        condition((ICDO, "8000/6"), bodySite=[concept(text="Wirbel")]),
    ),
    "a place in a local code": (SPREAD, bone_at(("urn:x", "WIRBEL"))),
    "a place in text": (SPREAD, observation(PLACE, coded(text="Wirbel"))),
    "a place as string": (SPREAD, observation(PLACE, {"valueString": "vertebra"})),
    "M1 at a body site": (
        SPREAD,
        observation((SCT, "399387003"), coded((SCT, "1229916009")), bodySite=LUNG),
    ),
    "distant metastasis at a body site in text": (
        SPREAD,
        observation((SCT, "399608002"), coded((SCT, "59156000")), bodySite=concept(text="Wirbel")),
    ),
    "bone, status unknown": (SPREAD, bone_at((SCT, "258333005"), **UNKNOWN)),
    "uptake equivocal": (
        SPREAD,
        *about(
            condition(verificationStatus=verified("provisional"), code=concept(text="Herd")),
            attested("focus-uptake", answer("equivocal")),
        ),
    ),
    "uptake that nobody can read": (SPREAD, attested("focus-uptake", {"valueString": "strong"})),
    "uptake, status unknown": (SPREAD, attested("focus-uptake", answer("positive"), **UNKNOWN)),
    "a scan equivocal": (SPREAD, attested("scan", answer("equivocal"))),
    "a positive scan, status unknown": (SPREAD, attested("scan", answer("positive"), **UNKNOWN)),
    "Ki-67 range across the limits": (
        "ESMO-KI67 B-KI67 OPTN-KI67",
        index(
            {"valueRange": {k: percent(n)["valueQuantity"] for k, n in [("low", 8), ("high", 30)]}}
        ),
    ),
    "Ki-67 below a high limit": (KI67, index(percent(30, comparator="<"))),
    "Ki-67 fraction": (KI67, index({"valueQuantity": {"value": 0.3, "unit": "1", "code": "1"}})),
    "Ki-67 without unit": (KI67, index({"valueQuantity": {"value": 30}})),
    "Ki-67 as quoted number": (KI67, index({"valueQuantity": {"value": "30", "unit": "%"}})),
    "Ki-67 as ratio": (
        KI67,
        index({"valueRatio": {"numerator": {"value": 3}, "denominator": {"value": 10}}}),
    ),
    "Ki-67 with a remark": (KI67, index({"valueString": "ca. 30 % (hot spot)"})),
    "Ki-67 high": (KI67, index(coded((SCT, "75540009")))),
    "Ki-67 twice in one resource": (KI67, index(percent(30), {"valueString": "3 %"})),
    "Ki-67 with a reason for its absence": (
        KI67,
        index(percent(30), dataAbsentReason=concept(text="unknown")),
    ),
    "Ki-67 in two ways on one specimen": (
        KI67,
        index(percent(30), specimen=ref("Specimen/liver-core")),
    ),
    "Ki-67, status unknown": (KI67, index(percent(30), **UNKNOWN)),
    "Ki-67 that may be of another cancer": (KI67, condition((CM, "C18.7")), index(percent(30))),
    "progression, status unknown": (STABLE, attested("response", answer("PD"), **UNKNOWN)),
    "R1 of the pathologist": (MARGIN, residual("R1", focus=[ref(PRIMARY)])),
    "R1 without link": (MARGIN, residual("R1")),
    "R1 without day": (MARGIN, residual("R1", effectiveDateTime=None)),
    "R1, status unknown": (MARGIN, residual("R1", focus=[ref(PRIMARY)], **UNKNOWN)),
    "R2 against the R0 of the surgeon": (REMOVED, residual("R2", focus=[ref(PRIMARY)])),
    "R2 and R0 in one concept": (REMOVED, residual("R2", "R0", focus=[ref(PRIMARY)])),
    "one involved margin": (
        MARGIN,
        observation(
            concept(text="margins"),
            effectiveDateTime="2025-04-01",
            component=[
                part((SCT, "372439002"), coded((SCT, "47492008"))),
                part((SCT, "521221000146104"), coded((SCT, "52101004"))),
            ],
        ),
    ),
    "a second primary, suspected": (
        "M16-DRAIN OPTN-GEP B-SITE",
        condition((CM, "C7A.090"), verificationStatus=verified("provisional")),
    ),
    "resectable, of the same day": (
        "OPTN-LIVER ESMO-UNRES B-UNRES C-UNRES",
        attested("liver-resectability", answer("resectable"), effectiveDateTime="2026-05-18"),
    ),
    "resectability that nobody can read": (
        "OPTN-LIVER ESMO-UNRES B-UNRES C-UNRES",
        attested("liver-resectability", {"valueString": "?"}, effectiveDateTime="2026-05-20"),
    ),
    "involvement without unit": (
        BURDEN,
        attested("liver-involvement", {"valueQuantity": {"value": 80}}),
    ),
    "involvement, status unknown": (BURDEN, attested("liver-involvement", percent(80), **UNKNOWN)),
    "involvement without day": (
        BURDEN,
        attested("liver-involvement", percent(80), effectiveDateTime=None),
    ),
}
NOTHING_IS_MET = {
    "carcinoma, status unknown": morphology(coded(NEC), **UNKNOWN),
    "NET G3, status unknown": grade(coded((SCT, "1286772002")), **UNKNOWN),
    "grade 3 of an unknown scale": grade(coded((SCT, "61026006"))),
    "grade 3 of the German list": grade(coded((f"{MII}grading", "3"))),
    "G3 or G4 of the German list": grade(coded((f"{MII}grading", "H"))),
    "high grade of three steps": grade(
        coded((SCT, "1155707008")), method=concept((SCT, "1149430001"))
    ),
    "carcinoma and NET of one specimen": morphology(
        coded(NEC), effectiveDateTime="2025-05-06", specimen=ref("Specimen/liver-core")
    ),
    "mixed neoplasm": morphology(coded((ICDO, "8154/3"))),
    "bone without subject": condition(BONE, subject=None),
    "bone with a code of a wrong type": condition(code="C79.51"),
    "bone with a status that is no word of FHIR": condition(
        BONE, verificationStatus=verified("maybe")
    ),
    "bone with an extension that may change it": condition(
        BONE, modifierExtension=[{"url": "urn:x", "valueBoolean": True}]
    ),
    "bone under rules of its own": condition(BONE, implicitRules="urn:x"),
    "Ki-67 with an invalid status": index(percent(30), status="complete"),
    "a liver primary": condition((SCT, "716652006")),
    "transplanted, against the board": procedure((SCT, "18027006"), performedDateTime="2020"),
    "transplanted, without day": procedure((CPT, "47135"), performedDateTime=None),
    "a transplanted liver": condition((CM, "Z94.4"), onsetDateTime="2020"),
    "a complication of the transplant": condition((CM, "T86.41")),
    "transplanted, later": attested(
        "liver-transplant", {"valueBoolean": True}, effectiveDateTime="2026-05-20"
    ),
    "transplanted, of the same day": attested(
        "liver-transplant", {"valueBoolean": True}, effectiveDateTime="2026-05-18"
    ),
    "no liver metastases any more": condition(
        (SCT, "94381002"), verificationStatus=verified("refuted"), clinicalStatus=None
    ),
}
STANDS = {
    "bone refuted": condition(BONE, verificationStatus=verified("refuted"), clinicalStatus=None),
    "bone entered in error": condition(
        BONE, verificationStatus=verified("entered-in-error"), clinicalStatus=None
    ),
    "bone after the evaluation date": condition(BONE, onsetDateTime="2026-07-01"),
    "no metastasis at one other place": observation(
        (SCT, "399608002"), coded((SCT, "2667000")), bodySite=LUNG
    ),
    "a cancelled report": report(concept(BONE), status="cancelled"),
    "Ki-67 after the evaluation date": index(percent(30), effectiveDateTime="2026-07-01"),
    "an older judgment": attested(
        "liver-resectability", answer("resectable"), effectiveDateTime="2026-01-18"
    ),
    "a family history that contains a metastasis": resource(
        "FamilyMemberHistory",
        None,
        patient=ref("Patient/sample-ileum-1"),
        status="completed",
        relationship=concept(text="mother"),
        contained=[condition(BONE, id="inner", subject=None)],
    ),
    "a transplantation that was stopped before": procedure((SCT, "18027006"), status="stopped"),
}
BEFORE = judged(MEETS_ALL)


def rows(table):
    return [
        pytest.param(ids.split(), list(added), id=name) for name, (ids, *added) in table.items()
    ]


@pytest.mark.parametrize(("criteria", "added"), rows(NO_LONGER_MET))
def test_an_adverse_fact_keeps_its_criteria_from_being_met(criteria, added):
    after = statuses(judged(with_added(added)))
    assert [name for name in criteria if after[name] not in {"not-met", "unknown"}] == []


@pytest.mark.parametrize(("criteria", "added"), rows(MUST_BE_UNKNOWN))
def test_what_may_be_adverse_is_unknown_and_nothing_certain(criteria, added):
    after = statuses(judged(with_added(added)))
    assert {name: after[name] for name in criteria} == dict.fromkeys(criteria, "unknown")


@pytest.mark.parametrize("added", NOTHING_IS_MET.values(), ids=NOTHING_IS_MET)
def test_what_puts_the_whole_record_in_doubt_leaves_no_set_met(added):
    assert "criteria-met" not in verdicts(judged(with_added([added]))).values()


@pytest.mark.parametrize("added", STANDS.values(), ids=STANDS)
def test_what_is_no_adverse_fact_moves_no_verdict(added):
    assert verdicts(judged(with_added([added]))) == verdicts(BEFORE)


def test_an_entry_with_an_extension_that_may_change_it_leaves_no_set_met():
    bundle = with_added([condition(BONE)])
    bundle["entry"][-1]["modifierExtension"] = [{"url": "urn:x", "valueBoolean": True}]
    assert "criteria-met" not in verdicts(judged(bundle)).values()


@pytest.mark.parametrize("gap", [":", ": "])
def test_a_repeated_key_that_hides_an_index_leaves_no_set_met(gap):
    parts = [part(INDEX, percent(30))]
    told = json.dumps(observation((LN, "718-7"), component=parts))[:-1] + ', "component": []}'
    bundle = json.dumps(MEETS_ALL)[:-2] + f',{{"resource": {told.replace(": ", gap)}}}]}}'
    assert "criteria-met" not in verdicts(judged(bundle)).values()


def test_the_base_of_these_rows_meets_six_sets():
    assert list(verdicts(BEFORE).values()).count("criteria-met") == 6
