"""What the coded answers of the tumor board are called: the displays of our CodeSystem."""

import json
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from nelm_fhir.core.canonical import BASE
from nelm_fhir.knowledge.files import mapping_files

ANSWER_SYSTEM: Final = f"{BASE}/CodeSystem/attested-answer"
_FILE: Final = "fhir/CodeSystem-attested-answer.json"


@cache
def answer_words() -> Mapping[str, str]:
    """Return the English display of every answer by its code; read once per process."""
    concepts = json.loads(mapping_files()[_FILE])["concept"]
    return MappingProxyType({one["code"]: one["display"] for one in concepts})
