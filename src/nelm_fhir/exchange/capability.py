"""What a server says it can do: its CapabilityStatement (FHIR R4 capabilitystatement.html).

In: the JSON of `GET metadata`. Out: answers to what we want to know. Only what is stated counts; an
element of an unexpected shape states nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from nelm_fhir.exchange.client import Client

_SAFE_CREATE: Final = "conditionalCreate"


@dataclass(frozen=True, slots=True)
class Resource:
    """What is offered for one resource type."""

    interactions: frozenset[str] = frozenset()
    operations: frozenset[str] = frozenset()
    parameters: frozenset[str] = frozenset()
    conditional_create: bool = False
    update_create: bool = False


_NOTHING: Final = Resource()


@dataclass(frozen=True, slots=True)
class Capability:
    """What a server offers, by its own statement."""

    fhir_version: str = ""
    software: str = ""
    implementation_url: str = ""
    interactions: frozenset[str] = frozenset()
    operations: frozenset[str] = frozenset()
    resources: Mapping[str, Resource] = field(default_factory=dict)

    @classmethod
    def of(cls, statement: Mapping[str, Any]) -> "Capability":
        """Read a CapabilityStatement."""
        rests = [rest for rest in _objects(statement, "rest") if rest.get("mode") != "client"]
        every = [one for rest in rests for one in _objects(rest, "resource")]
        return cls(
            fhir_version=_word(statement, "fhirVersion"),
            software=_word(_object(statement, "software"), "name"),
            implementation_url=_word(_object(statement, "implementation"), "url"),
            interactions=frozenset(code for rest in rests for code in _interactions(rest)),
            operations=frozenset(name for rest in rests for name in _operations(rest)),
            resources={_word(one, "type"): _resource(one) for one in every},
        )

    @classmethod
    def ask(cls, client: Client) -> "Capability":
        """Read the statement of a server."""
        return cls.of(client.get("metadata").json())

    def resource(self, resource_type: str) -> Resource:
        """What is offered for a type; nothing where it is not named."""
        return self.resources.get(resource_type, _NOTHING)

    def can_create(self, resource_type: str) -> bool:
        """Whether resources of the type can be created."""
        return "create" in self.resource(resource_type).interactions

    def can_update(self, resource_type: str) -> bool:
        """Whether resources of the type can be updated."""
        return "update" in self.resource(resource_type).interactions

    def can_search(self, resource_type: str) -> bool:
        """Whether resources of the type can be searched."""
        return "search-type" in self.resource(resource_type).interactions

    def conditional_create(self, resource_type: str) -> bool:
        """Whether a create may be made to depend on there being no such resource."""
        return self.resource(resource_type).conditional_create

    def search_params(self, resource_type: str) -> frozenset[str]:
        """Return the names of the search parameters of a type."""
        return self.resource(resource_type).parameters

    @property
    def transaction(self) -> bool:
        """Whether a Bundle is stored as a whole or not at all."""
        return "transaction" in self.interactions

    @property
    def batch(self) -> bool:
        """Whether a Bundle of independent requests is taken."""
        return "batch" in self.interactions

    @property
    def everything(self) -> bool:
        """Whether a patient's whole record can be asked for at once."""
        return "everything" in self._named("Patient")

    @property
    def export_system(self) -> bool:
        """Whether everything can be exported."""
        return "export" in self.operations

    @property
    def export_patient(self) -> bool:
        """Whether all patients can be exported."""
        return bool({"export", "patient-export"} & self._named("Patient"))

    @property
    def export_group(self) -> bool:
        """Whether a group of patients can be exported."""
        return bool({"export", "group-export"} & self._named("Group"))

    def _named(self, resource_type: str) -> frozenset[str]:
        return self.resource(resource_type).operations


def _resource(one: Mapping[str, Any]) -> Resource:
    return Resource(
        interactions=frozenset(_interactions(one)),
        operations=frozenset(_operations(one)),
        parameters=frozenset(_word(found, "name") for found in _objects(one, "searchParam")),
        conditional_create=one.get(_SAFE_CREATE) is True,
        update_create=one.get("updateCreate") is True,
    )


def _interactions(one: Mapping[str, Any]) -> Iterator[str]:
    return (_word(found, "code") for found in _objects(one, "interaction"))


def _operations(one: Mapping[str, Any]) -> Iterator[str]:
    """Yield names of operations; some servers write the `$`, some only the definition."""
    for found in _objects(one, "operation"):
        yield _word(found, "name").removeprefix("$")
        yield _word(found, "definition").rpartition("/")[2].partition("|")[0]


def _objects(holder: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = holder.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _object(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = holder.get(name)
    return found if isinstance(found, dict) else {}


def _word(holder: Mapping[str, Any], name: str) -> str:
    found = holder.get(name)
    return found if isinstance(found, str) else ""
