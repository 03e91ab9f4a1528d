"""The small FHIR server of our own, which also writes: versions, guards, transactions and batches.

    store = WritableStore.of(Path("sample_bundles/meets-all/bundle.json"))
    with Local(store) as server:
        Client(Server(base=server.base))

A conditional create gives 201, 200 or 412, a stale `If-Match` 412 (`stale`: 409, as HAPI and
Oracle), `offers` says what the CapabilityStatement names. `races`: a conditional create looks and
writes without keeping others out, as real servers do. `refuses` answers single entries otherwise.
"""

import json
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from tests.servers.fhir_store import FHIR_JSON, FhirStore, identifiers
from tests.servers.local import Asked, Reply, outcome

WRITES = ("RiskAssessment", "Observation", "DocumentReference", "Communication", "Basic")
ALL = frozenset({"transaction", "batch", "conditional", "update", "provenance", "named"})

Json = dict[str, Any]
Entry = Callable[[Json], Reply | None]


@dataclass
class WritableStore(FhirStore):
    """The server. `history` keeps every version that was written, by `Type/id`."""

    offers: frozenset[str] = ALL
    types: tuple[str, ...] = WRITES
    stale: int = 412
    races: float = 0
    drops: frozenset[str] = frozenset()
    """Elements that are dropped silently from what is written."""
    silent: bool = False
    """Answers to a Bundle tell the id of what landed and not its version, as Medplum's."""
    refuses: Entry = lambda _entry: None
    history: dict[str, list[Json]] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def of_type(self, kind: str) -> list[Json]:
        """Everything that stands of a type."""
        with self.lock:
            names = [name for name in self.texts if name.startswith(f"{kind}/")]
            return [json.loads(self.texts[name][-1]) for name in sorted(names)]

    def put(self, resource: Json) -> Json:
        """Write a version of a resource, as somebody else at the server would."""
        with self.lock:
            name = f"{resource['resourceType']}/{resource['id']}"
            number = len(self.history.setdefault(name, [])) + 1
            meta = {**resource.get("meta", {}), "versionId": str(number)}
            kept = {key: value for key, value in resource.items() if key not in self.drops}
            stored = {**kept, "meta": meta}
            self.history[name].append(stored)
            self.texts[name] = [json.dumps(stored).encode()]
            return stored

    def __call__(self, asked: Asked) -> Reply:
        """Answer one request; everything but a write as `FhirStore` does."""
        path = asked.path.removeprefix("/fhir").strip("/")
        if asked.method == "POST" and path.endswith("_search"):
            with self.lock:
                return super().__call__(asked)
        if asked.method in {"POST", "PUT", "DELETE"}:
            return self.instead(asked) or self._write(asked, path)
        with self.lock:
            return super().__call__(asked)

    def _write(self, asked: Asked, path: str) -> Reply:
        body = json.loads(asked.body) if asked.body else {}
        if not path:
            return self._bundle(body)
        entry: Json = {"resource": body, "request": {"method": asked.method, "url": path}}
        if guard := asked.headers.get("If-None-Exist"):
            entry["request"]["ifNoneExist"] = guard
        if guard := asked.headers.get("If-Match"):
            entry["request"]["ifMatch"] = guard
        return self._entry(entry)

    def _bundle(self, bundle: Json) -> Reply:
        kind = bundle.get("type")
        if kind not in self.offers:
            return outcome(400, "not-supported")
        if kind == "batch":
            return self._answered("batch-response", [self._entry(e) for e in bundle["entry"]])
        with nullcontext() if self.races else self.lock:
            before = {name: list(texts) for name, texts in self.texts.items()}
            versions = {name: list(kept) for name, kept in self.history.items()}
            entries = sorted(bundle["entry"], key=_order)
            replies, names = {}, {}
            for entry in entries:
                reply = self._entry(_renamed(entry, names))
                if reply.status >= 400:
                    self.texts, self.history = before, versions
                    return reply
                replies[entry["fullUrl"]] = reply
                if place := reply.headers.get("Location"):
                    names[entry["fullUrl"]] = _name(place)
            ordered = [replies[entry["fullUrl"]] for entry in bundle["entry"]]
            return self._answered("transaction-response", ordered)

    def _answered(self, kind: str, replies: list[Reply]) -> Reply:
        entries = [{"response": _response(reply)} for reply in replies]
        for entry in entries if self.silent else ():
            entry["response"].pop("etag", None)
            if place := entry["response"].get("location"):
                entry["response"]["location"] = _name(place)
        return Reply(200, {"resourceType": "Bundle", "type": kind, "entry": entries}, FHIR_JSON)

    def _entry(self, entry: Json) -> Reply:
        if refused := self.refuses(entry):
            return refused
        request = entry["request"]
        kind, _, given = request["url"].partition("/")
        if kind not in {*self.types, "Provenance"}:
            return outcome(404, "not-supported")
        if request["method"] == "DELETE":
            with self.lock:
                self.texts.pop(request["url"], None)
            return Reply(204)
        if request["method"] == "POST":
            return self._created(entry["resource"], request.get("ifNoneExist"))
        if "update" not in self.offers:
            return outcome(405, "not-supported")
        return self._updated(entry["resource"], f"{kind}/{given}", request.get("ifMatch"))

    def _created(self, resource: Json, guard: str | None) -> Reply:
        if not self.races:
            with self.lock:
                return self._looked_and_created(resource, guard)
        return self._looked_and_created(resource, guard)

    def _looked_and_created(self, resource: Json, guard: str | None) -> Reply:
        kind = resource["resourceType"]
        if guard and "conditional" in self.offers:
            there = [one for one in self.of_type(kind) if _bears(one, guard)]
            if len(there) > 1:
                return outcome(412, "multiple-matches")
            if there:
                return _stored(200, there[0])
        time.sleep(self.races)
        with self.lock:
            number = sum(name.startswith(f"{kind}/") for name in self.history) + 1
            return _stored(201, self.put({**resource, "id": f"{kind.lower()}-{number}"}))

    def _updated(self, resource: Json, name: str, guard: str | None) -> Reply:
        with self.lock:
            if name not in self.texts and "named" in self.offers and name.startswith("Provenance"):
                return _stored(201, self.put(resource))
            if name not in self.texts:
                return outcome(404, "not-found")
            version = json.loads(self.texts[name][-1])["meta"]["versionId"]
            if guard is not None and guard != f'W/"{version}"':
                return outcome(self.stale, "conflict")
            return _stored(200, self.put(resource))

    def _statement(self) -> Json:
        statement = super()._statement()
        rest = statement["rest"][0]
        rest["interaction"] = [{"code": k} for k in ("transaction", "batch") if k in self.offers]
        known = {one["type"]: one for one in rest["resource"]}
        kinds = [*self.types, *(["Provenance"] if "provenance" in self.offers else [])]
        for kind in kinds:
            one = known.setdefault(kind, {"type": kind, "interaction": [{"code": "search-type"}]})
            one["interaction"] = [*one["interaction"], {"code": "create"}]
            if "update" in self.offers and kind != "Communication":
                one["interaction"].append({"code": "update"})
            one["searchParam"] = [{"name": n} for n in ("identifier", "patient", "subject")]
            one["updateCreate"] = "named" in self.offers
            one["conditionalCreate"] = "conditional" in self.offers
        rest["resource"] = list(known.values())
        return statement


def _order(entry: Json) -> int:
    return ["DELETE", "POST", "PUT"].index(entry["request"]["method"])


def _renamed(entry: Json, names: dict[str, str]) -> Json:
    text = json.dumps(entry)
    for url, name in names.items():
        text = text.replace(f'"reference": "{url}"', f'"reference": "{name}"')
    return json.loads(text)


def _name(place: str) -> str:
    return place.partition("/_history/")[0]


def _bears(resource: Json, guard: str) -> bool:
    parameter, _, wanted = guard.partition("=")
    system, _, value = wanted.partition("|")
    tags = resource.get("meta", {}).get("tag", [])
    found = [(one["system"], one["value"]) for one in identifiers(resource)]
    if parameter == "_tag":
        found = [(one["system"], one["code"]) for one in tags]
    return (system, value) in found


def _stored(status: int, resource: Json) -> Reply:
    version = resource["meta"]["versionId"]
    place = f"{resource['resourceType']}/{resource['id']}/_history/{version}"
    return Reply(status, resource, {**FHIR_JSON, "Location": place, "ETag": f'W/"{version}"'})


def _response(reply: Reply) -> Json:
    words = {200: "OK", 201: "Created", 204: "No Content"}
    told: Json = {"status": f"{reply.status} {words.get(reply.status, '')}".strip()}
    if "Location" in reply.headers:
        told |= {"location": reply.headers["Location"], "etag": reply.headers["ETag"]}
    if reply.status >= 400:
        told["outcome"] = reply.content
    return told
