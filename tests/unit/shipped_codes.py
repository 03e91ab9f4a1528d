"""The shipped code lists, loaded once, and short names of their systems for tables in tests."""

import json
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from nelm_fhir.core.codes import Code
from nelm_fhir.knowledge.code_build import build_code_tables
from nelm_fhir.knowledge.code_overlays import OverlayCodes
from nelm_fhir.knowledge.codes import CodeTables, Hit

MAPPINGS = Path(__file__).resolve().parents[2] / "mappings"
_MII = "https://www.medizininformatik-initiative.de/fhir/ext/modul-onko/CodeSystem/mii-cs-onko-"
SYSTEMS = {
    "sct": "http://snomed.info/sct",
    "ln": "http://loinc.org",
    "cm": "http://hl7.org/fhir/sid/icd-10-cm",
    "who": "http://hl7.org/fhir/sid/icd-10",
    "gm": "http://fhir.de/CodeSystem/bfarm/icd-10-gm",
    "ops": "http://fhir.de/CodeSystem/bfarm/ops",
    "ico": "http://terminology.hl7.org/CodeSystem/icd-o-3",
    "pcs": "http://www.cms.gov/Medicare/Coding/ICD10",
    "cpt": "http://www.ama-assn.org/go/cpt",
    "rx": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "atc": "http://fhir.de/CodeSystem/bfarm/atc",
    "ncit": "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl",
    "ajcc": "http://cancerstaging.org",
    "uicc": "https://www.uicc.org/resources/tnm",
    "omop": "http://fhir.ohdsi.org/CodeSystem/concepts",
    "req": "http://hl7.org/fhir/us/mcode/CodeSystem/snomed-requested-cs",
    "ecc": "http://cap.org/eCC",
    "dcm": "http://dicom.nema.org/resources/ontology/DCM",
    "ndc": "http://hl7.org/fhir/sid/ndc",
    "dk": "https://kip.rkkp.dk/fhir/CodeSystem/ResidualTumorClassification",
    "gender": "http://hl7.org/fhir/administrative-gender",
    "grading": f"{_MII}grading",
    "residual": f"{_MII}residualstatus",
    "metastases": f"{_MII}fernmetastasen",
    "overall": f"{_MII}verlauf-gesamtbeurteilung",
    "distant": f"{_MII}verlauf-fernmetastasen",
    "primary": f"{_MII}verlauf-primaertumor",
    "nodes": f"{_MII}verlauf-lymphknoten",
    "therapy": f"{_MII}therapie-typ",
}


@cache
def resources() -> dict[str, Any]:
    """Return every JSON file of the code lists and of the attested terms, by path."""
    paths = [*MAPPINGS.glob("codes/*.json"), *MAPPINGS.glob("fhir/*-attested-*.json")]
    return {str(p.relative_to(MAPPINGS)): json.loads(p.read_text()) for p in sorted(paths)}


@cache
def systems() -> dict[str, Any]:
    """Return the parsed code systems."""
    return tomllib.loads((MAPPINGS / "codes/systems.toml").read_text())


def build(
    files: dict[str, Any] | None = None, overlays: Sequence[OverlayCodes] = ()
) -> tuple[CodeTables, tuple[str, ...]]:
    """Build tables from the shipped files, some of them replaced or added."""
    return build_code_tables({**resources(), **(files or {})}, systems(), overlays)


@cache
def shipped() -> CodeTables:
    """Return the tables of the shipped files."""
    tables, faults = build()
    assert faults == ()
    return tables


def code(short: str) -> Code:
    """Return the normalized code of "sct 10200004"."""
    system, _, value = short.partition(" ")
    found = shipped().normalize(SYSTEMS[system], value)
    assert found is not None
    return found


def hits(short: str, group: str | None = None) -> list[Hit]:
    """Return the hits of "sct 10200004", in one group if it is given."""
    return [h for h in shipped().hits(code(short)) if group in {None, h.group}]


def words(short: str, group: str) -> list[str | None]:
    """Return the exact words of a code in a group."""
    return [hit.word for hit in hits(short, group) if hit.exact]
