"""What `--version` shows: program and catalogue digest, without importing what judges."""

from typing import Final

from nelm_fhir.core.program import PROGRAM
from nelm_fhir.knowledge.digest import digest_of
from nelm_fhir.knowledge.files import mapping_files

SHORT: Final = 19
"""How much of a digest tells two catalogues apart at a glance: `sha256:` and twelve digits."""


def version_line() -> str:
    """Return program and catalogue digest on one line."""
    return f"{PROGRAM}, catalogue {digest_of(mapping_files())}"


def short_digest(digest: str) -> str:
    """Return the beginning of a digest."""
    return digest[:SHORT]
