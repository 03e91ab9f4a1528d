"""The case files of the families: small FHIR records in a family's shape, and what they say.

In: `<family>.toml`, one per column of terminology 5.1 and one more for each further shape. Out:
cases, each with its resources as FHIR and the values expected at paths of the record format.

A file has
  title     the column of the table
  [base]    `resources` that stand in every case of the file unless it says `alone = true`
  [[case]]
    name       of the case, unique in its file
    carries    "mapped": standard codes; "site": the codes of a hospital, through its overlay;
               "attested": the attested entry; "text": the family has it in words only, which
               nobody reads, so that it needs the attested entry
    place      where in the family's resources it stands
    resources  the snippet, JSON objects in the shorthand of `shorthand.py`
    beside     attested entries that the snippet needs, where the family has no place for them
    reads      path = value, paths as in rules 15.2; "-" where no value may stand; a list where
               several entries are expected. Values compare as JSON
    issues     kinds of issues that must be reported
    not_yet    path = reason: what is expected and not read yet
    refused_by_models   true where fhir.resources refuses what FHIR allows (terminology 7)
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final, get_args, get_origin

from tests.families.shorthand import written_out
from tests.unit.mappers.mapping import PATIENT, data

from nelm_fhir import pipeline
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.profile.candidate import Part, Profile

FOLDER: Final = Path(__file__).parent
OVERLAY: Final = FOLDER / "overlay"
AS_OF: Final = date(2026, 6, 1)
NOTHING: Final = "-"
CARRIED: Final = ("mapped", "site", "attested", "text")
ORDER: Final = (
    "mcode-stu1", "mcode-stu2-3", "mcode-stu4", "us-core", "mii-obds", "dutch", "hospital",
    "omop-osiris", "cap-ecc", "idea4rc", "attested",
)  # fmt: skip
_NOT_FROM_RECORDS: Final = frozenset({"as_of", "options", "damaged", "evidence"})
_FOCUS_IDS: Final = frozenset({"extrahepatic", "foci"})
_OWNER: Final = {"EpisodeOfCare": "patient"}
_WITHOUT_OWNER: Final = frozenset({"Patient", "Medication", "Bundle"})


@dataclass(frozen=True)
class Case:
    """One snippet of a family and what it says."""

    family: str
    name: str
    carries: str
    place: str
    base: tuple[dict[str, Any], ...]
    own: tuple[dict[str, Any], ...]
    reads: Mapping[str, Any]
    issues: tuple[str, ...] = ()
    not_yet: Mapping[str, str] = field(default_factory=dict)
    refused_by_models: bool = False

    @property
    def id(self) -> str:
        """The name of the case in a test run."""
        return f"{self.family}:{self.name}"

    @property
    def resources(self) -> tuple[dict[str, Any], ...]:
        """The whole record of the case."""
        return (*self.base, *self.own)

    def inside(self, other: "Family") -> "Case":
        """The same snippet in the base record of another family."""
        return replace(self, base=other.base, name=f"{self.name}-in-{other.key}")

    def read(self) -> pipeline.Read:
        """The record of the case through the real line."""
        return read(self.resources, site=self.carries == "site")

    def holds(self, path: str) -> bool:
        """Whether the line reads at that path what is expected, and nothing else."""
        found, wanted = values(self.read(), path), expected(self.reads[path])
        return sorted(found, key=repr) == sorted(wanted, key=repr)


@dataclass(frozen=True)
class Family:
    """One column: its title, what stands in each of its records, and its cases."""

    key: str
    title: str
    base: tuple[dict[str, Any], ...]
    cases: tuple[Case, ...]


@cache
def families() -> tuple[Family, ...]:
    """Every family, in the order of the columns."""
    return tuple(_family(key) for key in ORDER)


def cases() -> tuple[Case, ...]:
    """Every case of every family."""
    return tuple(case for family in families() for case in family.cases)


def _family(key: str) -> Family:
    held = tomllib.loads((FOLDER / f"{key}.toml").read_text(encoding="utf-8"))
    base = _resources(held.get("base", {}).get("resources", ""), "base")
    return Family(key, held["title"], base, tuple(_case(key, base, case) for case in held["case"]))


def _case(key: str, base: tuple[dict[str, Any], ...], held: dict[str, Any]) -> Case:
    return Case(
        key,
        held["name"],
        held["carries"],
        held["place"],
        _base(base, held),
        _resources(held["resources"], "r"),
        held["reads"],
        tuple(held.get("issues", ())),
        held.get("not_yet", {}),
        held.get("refused_by_models", False),
    )


def _base(base: tuple[dict[str, Any], ...], held: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """Return what stands around the snippet."""
    beside = _resources(held.get("beside", ""), "beside")
    return beside if held.get("alone") else (*base, *beside)


def _resources(text: str, prefix: str) -> tuple[dict[str, Any], ...]:
    return tuple(_complete(node, f"{prefix}{at}") for at, node in enumerate(_objects(text)))


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects that stand one after the other in a text."""
    decoder, at = json.JSONDecoder(), 0
    while (at := at + len(text[at:]) - len(text[at:].lstrip())) < len(text):
        node, at = decoder.raw_decode(text, at)
        yield written_out(node)


def _complete(resource: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the resource with an id and its patient, where it names none."""
    kind = resource["resourceType"]
    added: dict[str, Any] = {"id": name}
    if kind not in _WITHOUT_OWNER:
        added[_OWNER.get(kind, "subject")] = PATIENT
    return added | resource


# --- reading --------------------------------------------------------------------------------------


@cache
def catalogue(*, site: bool = False) -> Catalogue:
    """The knowledge as shipped, or with the overlay of the hospital of these cases."""
    return pipeline.load([OVERLAY] if site else [])


def read(resources: tuple[dict[str, Any], ...], *, site: bool = False) -> pipeline.Read:
    """What the real line reads in these resources of one patient."""
    patients = [r for r in resources if r["resourceType"] == "Patient"]
    others = (r for r in resources if r["resourceType"] != "Patient")
    sent = data(*others, patient={**patients[0], "id": "p"} if patients else None)
    return pipeline.read_one(sent, catalogue(site=site), as_of=AS_OF, subject="Patient/p")


def values(read_record: pipeline.Read, path: str) -> list[Any]:
    """The values at a path of rules 15.2, of every entry, as JSON."""
    found: list[Any] = [read_record.profile.to_record()]
    for step in path.split("."):
        if step.startswith("<"):
            found = [v for node in found for key, v in sorted(node.items()) if key != "evidence"]
        else:
            found = [node[step] for node in found if step in node]
    return json.loads(json.dumps(found, default=float))


def expected(value: Any) -> list[Any]:
    """What the values at a path must be, in any order."""
    if value == NOTHING:
        return []
    return value if isinstance(value, list) else [value]


# --- rows -----------------------------------------------------------------------------------------


@cache
def rows() -> tuple[str, ...]:
    """Every element of rules 15.2 that a record can carry, in the order of the profile."""
    return tuple(_leaves(Profile, ""))


def _leaves(model: type[Part], prefix: str) -> Iterator[str]:
    for name, info in model.model_fields.items():
        key = info.alias or name
        if key in _NOT_FROM_RECORDS:
            continue
        inner = get_args(info.annotation)
        entry = f".{'<focus id>' if key in _FOCUS_IDS else '<id>'}"
        if get_origin(info.annotation) is dict:
            yield from _of(inner[1], f"{prefix}{key}{entry}")
        else:
            yield from _of(info.annotation, f"{prefix}{key}")


def _of(annotation: Any, path: str) -> Iterator[str]:
    if isinstance(annotation, type) and issubclass(annotation, Part):
        yield from _leaves(annotation, f"{path}.")
    else:
        yield path
