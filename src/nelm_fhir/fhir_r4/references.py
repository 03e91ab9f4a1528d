"""Where references lead, by the rules of FHIR R4 Bundle ("Resolving references in Bundles").

In: the entries of a record. Out: for a reference found in one of them, the entry it means, or None.
Order: fullUrl; relative to the fullUrl of the source; `Type/id`, where no fullUrl says otherwise;
`Type?identifier=` and Reference.identifier against the business identifiers (T34). A reference that
fits two resources fits none. Versions (`/_history/3`) are ignored: a record holds one version.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct

from nelm_fhir.fhir_r4.head import Identifier, Reference
from nelm_fhir.fhir_r4.part import Entry

FOLLOWED: Final = frozenset(
    {
        "derivedFrom",
        "focus",
        "hasMember",
        "imagingStudy",
        "medicationReference",
        "parent",
        "partOf",
        "procedureReference",
        "reasonReference",
        "result",
        "specimen",
    }
)
"""Elements by which one statement belongs to another; beside them `extension.valueReference`."""
ANSWER: Final = "answer"
"""What `links` calls the References that answer a form."""


_TYPED: Final = re.compile(r"(?:.*/)?([A-Z][A-Za-z]+)/[^/]+(?:/_history/[^/]+)?")


class _One(Struct, gc=False):
    identifier: Identifier | None = None


class _Many(Struct, gc=False):
    identifier: tuple[Identifier, ...] | None = None


_ONE: Final = msgspec.json.Decoder(_One)
_MANY: Final = msgspec.json.Decoder(_Many)


def identifiers(raw: bytes) -> tuple[tuple[str, str], ...]:
    """Return (system, value) of a resource's business identifiers; without system it is none."""
    try:
        found = _MANY.decode(raw).identifier or ()
    except msgspec.ValidationError:
        found = _single(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ()
    return tuple((item.system, item.value) for item in found if item.system and item.value)


def _single(raw: bytes) -> tuple[Identifier, ...]:
    try:
        identifier = _ONE.decode(raw).identifier
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ()
    return (identifier,) if identifier is not None else ()


def links(data: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield every followed Reference of a read resource with the name of its element."""
    for name, value in data.items():
        if name in FOLLOWED:
            for item in value if isinstance(value, list) else [value]:
                if isinstance(item, dict):
                    yield name, item
    if data.get("resourceType") == "QuestionnaireResponse":
        yield from ((ANSWER, found) for found in _answers(data))
    extensions = data.get("extension")
    for extension in extensions if isinstance(extensions, list) else ():
        if isinstance(extension, dict) and isinstance(extension.get("valueReference"), dict):
            yield "extension", extension["valueReference"]


def _answers(part: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield every Reference that answers a form, at any depth."""
    if isinstance(part.get("valueReference"), dict):
        yield part["valueReference"]
    for name in ("item", "answer"):
        inner = part.get(name)
        for one in inner if isinstance(inner, list) else ():
            if isinstance(one, dict):
                yield from _answers(one)


def reference_of(data: Any) -> Reference:
    """Return a Reference element as read, without what is of a wrong type."""
    if type(data) is dict and len(data) == 1 and type(data.get("reference")) is str:
        return Reference(data["reference"])  # as almost every one
    try:
        return msgspec.convert(data, Reference)
    except msgspec.ValidationError:
        return Reference()


def named_type(text: str | None) -> str | None:
    """Return the resource type that the text of a reference tells; None if it tells none."""
    shape = _TYPED.fullmatch(text) if text else None
    return shape[1] if shape else None


def _named(entries: Sequence[Entry], names: Iterable[str | None]) -> dict[str, int]:
    """Return the entry of each name that one thing has: one entry, or versions of one patient."""
    named = [(name, n) for n, name in enumerate(names) if name]
    found = dict(named)
    if len(found) == len(named):
        return found
    sharing: dict[str, list[Entry]] = {}
    for name, n in named:
        sharing.setdefault(name, []).append(entries[n])
    return {name: n for name, n in found.items() if _is_one(sharing[name])}


def _is_one(entries: Sequence[Entry]) -> bool:
    """Whether it is one thing; of several nobody knows which is meant, unless all are a patient."""
    if len(entries) == 1:
        return True
    return entries[0].type == "Patient" and len({entry.identity for entry in entries}) == 1


class Index:
    """All entries of a record by fullUrl, by `Type/id`, and on demand by business identifier."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries
        self._by_url = _named(entries, (entry.full_url for entry in entries))
        self._by_name = _named(entries, (entry.name for entry in entries))
        self._identified: dict[tuple[str, str], list[int]] | None = None
        self._found: dict[tuple[Reference, str | None], int | None] = {}

    def base(self, n: int) -> str | None:
        """Return the server address (with `/`) that entry n came from, if its fullUrl tells."""
        return self._entries[n].base

    def find(self, reference: Reference, source: int) -> int | None:
        """Return the entry that a Reference in entry `source` means."""
        base = self._entries[source].base
        key = (reference, base)
        if key not in self._found:
            self._found[key] = self._resolve(reference, base)
        return self._found[key]

    def _resolve(self, reference: Reference, base: str | None) -> int | None:
        found = self._by_reference(reference.reference, base) if reference.reference else None
        if found is None and reference.identifier is not None:
            found = self._by_identifier(reference.identifier, reference.type)
        if found is None or reference.type in {None, self._entries[found].type}:
            return found
        return None

    def _by_reference(self, text: str, base: str | None) -> int | None:
        text = text.split("/_history/", maxsplit=1)[0]
        if text in self._by_url:
            return self._by_url[text]
        if text.startswith(("urn:", "#")):
            return None
        if "?" in text:
            return self._by_query(text)
        if "://" in text:
            return self._by_tail(text)
        return self._by_relative(text, base)

    def _by_relative(self, name: str, base: str | None) -> int | None:
        if base is not None and base + name in self._by_url:
            return self._by_url[base + name]
        found = self._by_name.get(name)
        if found is None or base is None or self.base(found) is None:
            return found
        return None  # it lies on another server

    def _by_tail(self, url: str) -> int | None:
        found = self._by_name.get("/".join(url.split("/")[-2:]))
        return found if found is not None and self.base(found) is None else None

    def _by_query(self, text: str) -> int | None:
        resource_type, _, query = text.partition("?")
        system, bar, value = query.removeprefix("identifier=").partition("|")
        if not bar or not query.startswith("identifier="):
            return None
        return self._by_identifier(Identifier(system, value), resource_type.split("/")[-1])

    def _by_identifier(self, identifier: Identifier, resource_type: str | None) -> int | None:
        if not identifier.system or not identifier.value:
            return None
        found = self.identified.get((identifier.system, identifier.value), [])
        fitting = [n for n in found if resource_type in {None, self._entries[n].type}]
        return fitting[0] if len(fitting) == 1 else None

    @property
    def identified(self) -> Mapping[tuple[str, str], list[int]]:
        """Every business identifier with the entries that carry it; read when first asked for."""
        if self._identified is None:
            self._identified = {}
            for n, entry in enumerate(self._entries):
                for key in identifiers(entry.raw):
                    self._identified.setdefault(key, []).append(n)
        return self._identified
