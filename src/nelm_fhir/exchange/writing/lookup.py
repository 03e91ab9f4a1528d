"""What a server holds of our results: found by their identifiers, or read by id.

In: keys of results of one patient. Out: for each key every resource that bears it, so that doubles
are seen. A server that does not search by identifier is asked for the results of the patient.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.paging import pages
from nelm_fhir.exchange.writing.held import Held
from nelm_fhir.exchange.writing.place import Place
from nelm_fhir.writers.canonicals import (
    ASSESSMENT_CODE,
    ASSESSMENT_IDENTIFIER,
    ASSESSMENT_SYSTEM,
    EDITION_IDENTIFIER,
)

AT_ONCE: Final = 20
"""Identifiers in one search."""
_GONE: Final = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


class Lookup:
    """Asks one server for results of one strategy."""

    def __init__(self, client: Client, place: Place) -> None:
        self._client = client
        self._place = place
        self._system = ASSESSMENT_IDENTIFIER if place.in_place else EDITION_IDENTIFIER

    def by_keys(self, keys: Iterable[str], patient: str) -> Mapping[str, Sequence[Held]]:
        """Return what bears each key; an empty list for a key that nothing bears."""
        found: dict[str, dict[str, Held]] = {key: {} for key in keys}
        for held in self._bearing(list(found), patient):
            for key in held.keys & found.keys():
                found[key][held.id] = held
        return {key: list(one.values()) for key, one in found.items()}

    def by_id(self, server_id: str) -> Held | None:
        """Return the result of that id; None if it is gone."""
        path = f"{self._place.type}/{server_id}"
        answer = self._client.get(path, accept=(HTTPStatus.OK, *_GONE))
        return None if answer.status in _GONE else Held.of(answer.json())

    def every(self) -> Iterator[Held]:
        """Yield all results of the place, of every patient."""
        yield from self._found([("identifier", f"{self._system}|")])

    def _bearing(self, keys: Sequence[str], patient: str) -> Iterator[Held]:
        if not keys:
            return
        if self._place.searched_by != "identifier":
            yield from self._found(self._of_patient(patient))
            return
        for start in range(0, len(keys), AT_ONCE):
            values = ",".join(f"{self._system}|{key}" for key in keys[start : start + AT_ONCE])
            yield from self._found([("identifier", values)])

    def _of_patient(self, patient: str) -> list[tuple[str, str]]:
        parameters = [(self._place.searched_by, patient)]
        if self._place.narrowed:
            parameters.append(("code", f"{ASSESSMENT_SYSTEM}|{ASSESSMENT_CODE}"))
        return parameters

    def _found(self, parameters: Sequence[tuple[str, str]]) -> Iterator[Held]:
        first = self._client.search(self._place.type, parameters)
        for page in pages(self._client, first):
            for entry in page.get("entry", ()):
                resource = _resource(entry)
                if resource.get("resourceType") == self._place.type:
                    yield Held.of(resource)


def _resource(entry: Any) -> dict[str, Any]:
    found = entry.get("resource") if isinstance(entry, dict) else None
    return found if isinstance(found, dict) else {}
