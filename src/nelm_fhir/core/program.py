"""Name and version of the program, as they stand in every result. The build reads the version."""

from typing import Final

NAME: Final = "nelm-fhir"
VERSION: Final = "0.1.0"
PROGRAM: Final = f"{NAME} {VERSION}"
