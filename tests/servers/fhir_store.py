"""A small FHIR server of our own: it holds resources as text and answers as servers do.

    store = FhirStore.of(Path("sample_bundles/meets-all/bundle.json"))
    with Local(store) as server:
        Client(Server(base=server.base))

Understood are `metadata`, reads, searches by POST and GET (`_id`, `code`, `patient`, `subject`,
`link`, `identifier`, `target`, `_count`, `_elements`) and `Patient/[id]/$everything`, all of them
paged. What a test wants otherwise it says in the fields, or answers itself in `instead`.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from tests.servers.local import Asked, Reply, outcome

FHIR_JSON = {"Content-Type": "application/fhir+json"}
RESOURCE = re.compile(rb'"resource"\s*:\s*')
UNDERSTOOD = {"_id", "code", "patient", "subject", "link", "identifier", "target"}
UNDERSTOOD |= {"_count", "_elements"}

Texts = dict[str, list[bytes]]
Instead = Callable[[Asked], Reply | None]


def texts_of(bundle: bytes) -> list[bytes]:
    """The resources of a Bundle as text, references within it as a server writes them."""
    entries = json.loads(bundle)["entry"]
    texts, at = [], 0
    for entry in entries:
        found = RESOURCE.search(bundle, at)
        assert found is not None
        value, length = json.JSONDecoder().raw_decode(bundle[found.end() :].decode())
        assert value == entry["resource"]
        end = found.end() + len(bundle[found.end() :].decode()[:length].encode())
        texts.append(bundle[found.end() : end])
        at = end
    names = {
        entry["fullUrl"].encode(): f"{resource['resourceType']}/{resource['id']}".encode()
        for entry in entries
        if "fullUrl" in entry and "id" in (resource := entry["resource"])
    }
    return [_with_names(text, names) for text in texts]


def _with_names(text: bytes, names: dict[bytes, bytes]) -> bytes:
    for url, name in names.items():
        text = text.replace(b'"' + url + b'"', b'"' + name + b'"')
    return text


@dataclass
class FhirStore:
    """The server. `texts` are all resources by `Type/id`, in the order of their versions."""

    texts: Texts = field(default_factory=dict)
    everything: bool = True
    """Whether `$everything` is offered, and answered."""
    left_out: frozenset[str] = frozenset()
    """Names that no search and no `$everything` brings, only a read or a search by `_id`."""
    deaf: frozenset[str] = frozenset()
    """Parameters that are ignored without a word."""
    refused: frozenset[str] = frozenset()
    """Parameters that are answered with 400."""
    gone: frozenset[str] = frozenset()
    """Names that are answered with 410."""
    base: str | None = None
    """What the server calls itself in fullUrl; None for the address it is asked at."""
    page: int = 100
    totals: bool = True
    instead: Instead = lambda _asked: None
    pages: dict[str, list[tuple[str, bytes]]] = field(default_factory=dict)

    @classmethod
    def of(cls, *bundles: Path | bytes, **rest: Any) -> "FhirStore":
        """A server that holds the resources of these Bundles."""
        store = cls(**rest)
        for one in bundles:
            for text in texts_of(one if isinstance(one, bytes) else one.read_bytes()):
                store.add(text)
        return store

    def add(self, resource: bytes | dict[str, Any]) -> None:
        """Put a resource, or another version of one."""
        text = resource if isinstance(resource, bytes) else json.dumps(resource).encode()
        data = json.loads(text)
        self.texts.setdefault(f"{data['resourceType']}/{data['id']}", []).append(text)

    def __call__(self, asked: Asked) -> Reply:
        """Answer one request."""
        reply = self.instead(asked)
        if reply is not None:
            return reply
        base = self.base or f"http://{asked.headers['host']}/fhir"
        path = asked.path.removeprefix("/fhir").strip("/")
        given = [*asked.query.items()]
        if asked.method == "POST" and path.endswith("/_search"):
            return self._searched(path.partition("/")[0], parse_qsl(asked.body.decode()), base)
        if asked.method != "GET":
            return outcome(405, "not-supported")
        if path == "metadata":
            return _sent(self._statement())
        if not path and "_getpages" in asked.query:
            return self._page(asked.query["_getpages"], int(asked.query["_offset"]), base)
        if path.endswith("/$everything"):
            return self._everything(path.removesuffix("/$everything"), base)
        if "/" in path:
            return self._read(path)
        return self._searched(path, given, base)

    def _read(self, name: str) -> Reply:
        if name in self.gone:
            return outcome(410, "deleted")
        if name not in self.texts:
            return outcome(404, "not-found", text=f"{name} is not known")
        return Reply(200, self.texts[name][-1], FHIR_JSON)

    def _everything(self, patient: str, base: str) -> Reply:
        if not self.everything:
            return outcome(404, "not-supported")
        if patient not in self.texts:
            return outcome(404, "not-found")
        mine = [(name, text) for name, text in self._all() if _is_about(text, patient)]
        own = [(patient, text) for text in self.texts[patient]]
        return self._first([*own, *mine], base)

    def _searched(self, kind: str, given: Iterable[tuple[str, str]], base: str) -> Reply:
        asked = dict(given)
        if self.refused & set(asked) or set(asked) - UNDERSTOOD:
            return outcome(400, "invalid", text=f"{asked}")
        tests = [(name, asked[name]) for name in asked if name not in self.deaf]
        by_id = "_id" in asked
        found = [
            (name, text)
            for name, text in self._all(with_left_out=by_id)
            if name.startswith(f"{kind}/") and all(_fits(name, text, *test) for test in tests)
        ]
        if "_elements" in asked and "_elements" not in self.deaf:
            found = [(name, _subset(text, asked["_elements"])) for name, text in found]
        return self._first(found, base)

    def _all(self, *, with_left_out: bool = False) -> Iterator[tuple[str, bytes]]:
        hidden = self.gone if with_left_out else self.left_out | self.gone
        return ((n, text) for n, texts in self.texts.items() if n not in hidden for text in texts)

    def _first(self, found: list[tuple[str, bytes]], base: str) -> Reply:
        key = str(len(self.pages))
        self.pages[key] = found
        return self._page(key, 0, base)

    def _page(self, key: str, offset: int, base: str) -> Reply:
        if key not in self.pages:
            return outcome(410, "not-found")
        found = self.pages[key]
        part = found[offset : offset + self.page]
        entries = b",".join(
            b'{"fullUrl":' + json.dumps(f"{base}/{name}").encode() + b',"resource":' + text
            + b',"search":{"mode":"match"}}'
            for name, text in part
        )  # fmt: skip
        further = offset + self.page
        link = [{"relation": "self", "url": base}]
        if further < len(found):
            link.append({"relation": "next", "url": f"?_getpages={key}&_offset={further}"})
        head = {"resourceType": "Bundle", "type": "searchset", "link": link}
        if self.totals:
            head["total"] = len({name for name, _ in found})
        body = json.dumps(head).encode()[:-1] + b', "entry": [' + entries + b"]}"
        return Reply(200, body, FHIR_JSON)

    def _statement(self) -> dict[str, Any]:
        kinds = sorted({name.partition("/")[0] for name in self.texts} | {"Patient"})
        known = sorted(UNDERSTOOD - self.refused)
        resources = [
            {
                "type": kind,
                "interaction": [{"code": "read"}, {"code": "search-type"}],
                "searchParam": [{"name": name} for name in known if name[0] != "_"],
            }
            for kind in kinds
        ]
        if self.everything:
            patient = next(one for one in resources if one["type"] == "Patient")
            patient["operation"] = [{"name": "everything", "definition": "Patient-everything"}]
        rest = [{"mode": "server", "resource": resources}]
        return {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1", "rest": rest}


def _sent(data: dict[str, Any]) -> Reply:
    return Reply(200, data, FHIR_JSON)


def _is_about(text: bytes, patient: str) -> bool:
    data = json.loads(text)
    subject = data.get("subject") or data.get("patient") or {}
    return str(subject.get("reference", "")).endswith(patient)


def _fits(name: str, text: bytes, parameter: str, value: str) -> bool:
    if parameter in {"_count", "_elements"}:
        return True
    wanted = value.split(",")
    if parameter == "_id":
        return name.partition("/")[2] in wanted
    if parameter in {"patient", "subject"}:
        return any(_is_about(text, f"Patient/{one.removeprefix('Patient/')}") for one in wanted)
    if parameter == "link":
        others = [link["other"].get("reference") for link in json.loads(text).get("link", [])]
        return any(one in wanted for one in others)
    if parameter == "identifier":
        return any(_has_identifier(json.loads(text), one) for one in wanted)
    if parameter == "target":
        targets = [one.get("reference") for one in json.loads(text).get("target", [])]
        return any(one in wanted for one in targets)
    codings = json.loads(text).get("code", {}).get("coding", [])
    return any(f"{one.get('system', '')}|{one.get('code')}" in wanted for one in codings)


def identifiers(data: dict[str, Any]) -> list[dict[str, Any]]:
    """The identifiers of a resource; of some types it has one alone."""
    given = data.get("identifier", [])
    return [given] if isinstance(given, dict) else given


def _has_identifier(data: dict[str, Any], wanted: str) -> bool:
    system, _, value = wanted.partition("|")
    return any(
        one.get("system") == system and (not value or one.get("value") == value)
        for one in identifiers(data)
    )


def _subset(text: bytes, elements: str) -> bytes:
    kept = {"resourceType", "id", "meta", *elements.split(",")}
    return json.dumps({k: v for k, v in json.loads(text).items() if k in kept}).encode()
