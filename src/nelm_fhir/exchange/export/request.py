"""What an export is asked for, as the kick-off request of the published versions says it.

In: level, types, times, filters. Out: a GET with comma-joined values (STU 1 to 3, and what Cerner
requires), or a POST of Parameters that repeat (the ballot of 4.0, which knows no GET).
Source: Bulk Data Access 1.0.0, 2.0.0, 3.0.0 and 4.0.0-ballot, "Bulk Data Kick-off Request";
interop 5.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import quote, urlencode

ALL_PATIENTS: Final = "patient"
SYSTEM: Final = "system"
GROUP: Final = "group"
NDJSON: Final = "application/fhir+ndjson"
OF_NOBODY: Final = frozenset({"Medication"})
"""Types we read that name no patient: some servers, HAPI among them, refuse to export them with
patients, and the specification lets them (Bulk Data Access, "_type")."""


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What is wanted. `group` is the id of a Group where the level is "group".

    `since` and `until` are FHIR instants as a server wrote them; `filters` are values of
    `_typeFilter`, each a search of one type.
    """

    level: str = ALL_PATIENTS
    group: str = ""
    types: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    filters: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The operation, relative to the base."""
        return {
            SYSTEM: "$export",
            ALL_PATIENTS: "Patient/$export",
            GROUP: f"Group/{quote(self.group, safe='')}/$export",
        }[self.level]

    @property
    def of_patients(self) -> "ExportRequest | None":
        """The same without types that name no patient; None where it asks for none of them."""
        kept = tuple(kind for kind in self.types if kind not in OF_NOBODY)
        if self.level == SYSTEM or not kept or kept == self.types:
            return None
        return replace(self, types=kept)

    @property
    def query(self) -> str:
        """Path and parameters of a GET."""
        joined = {name: ",".join(values) for name, values in self._values()}
        return f"{self.path}?{urlencode(joined, quote_via=quote)}"

    @property
    def parameters(self) -> dict[str, Any]:
        """The Parameters of a POST; a value that repeats is a parameter that repeats."""
        instants = {"_since", "_until"}
        return {
            "resourceType": "Parameters",
            "parameter": [
                {"name": name, "valueInstant" if name in instants else "valueString": value}
                for name, values in self._values()
                for value in values
            ],
        }

    def _values(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        yield "_outputFormat", (NDJSON,)
        if self.types:
            yield "_type", self.types
        if self.since:
            yield "_since", (self.since,)
        if self.until:
            yield "_until", (self.until,)
        if self.filters:
            # a comma joins filters; one that is meant as such is written %2C
            yield "_typeFilter", tuple(one.replace(",", "%2C") for one in self.filters)
