"""A record put on a FHIR server as it stands, under its own ids.

In: a Bundle of a sample. Out: transactions that update every resource by its id, as large as the
server takes. Links by `urn:uuid:` become links by id; links to other servers, which many servers
refuse, become plain text.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import requests
from tests.peers.servers import FhirServer, post

Json = dict[str, Any]
SAMPLES = Path(__file__).parents[2] / "sample_bundles"
HEADERS = {"Content-Type": "application/fhir+json", "Accept": "application/fhir+json"}
HEADERS |= {"Cache-Control": "no-cache"}  # HAPI answers a repeated search from memory


def session() -> requests.Session:
    """Plain requests that speak FHIR; the proxies of the machine stay out of it."""
    made = requests.Session()
    made.trust_env = False
    made.headers.update(HEADERS)
    return made


def load(server: FhirServer, *samples: str) -> None:
    """Put samples on the server; PeerBroken, with what it said, where it refuses one."""
    for sample in samples:
        put(server, record(sample))


def put(server: FhirServer, *bundles: Json) -> None:
    """Put records on the server as they stand, in as few transactions as it takes."""
    for transaction in transactions(bundles, server.most_updates):
        post(server.base, json.dumps(transaction))


def apart(bundle: Json, prefix: str, patient: str = "") -> Json:
    """Return a record whose resources share no id with those of other samples.

    All ids but that of the Patient get the prefix; the Patient gets another id where one is given.
    """
    names = {}
    for entry in bundle["entry"]:
        resource = entry["resource"]
        kind, name = resource["resourceType"], resource["id"]
        new = f"{prefix}-{name}"[:64] if kind != "Patient" else patient or name
        names[f"{kind}/{name}"] = f"{kind}/{new}"
    made: Json = _renamed(bundle, names)
    for entry in made["entry"]:
        resource = entry["resource"]
        resource["id"] = names[_name(resource)].partition("/")[2]
        if ":" in (url := entry.get("fullUrl", "")) and not url.startswith("urn:"):
            entry["fullUrl"] = f"{url.rpartition('/')[0]}/{resource['id']}"
    return made


def _renamed(tree: Any, names: dict[str, str]) -> Any:
    if isinstance(tree, list):
        return [_renamed(branch, names) for branch in tree]
    if not isinstance(tree, dict):
        return tree
    built = {name: _renamed(branch, names) for name, branch in tree.items()}
    target, slash, version = str(built.get("reference", "")).partition("/_history/")
    if target in names:
        built["reference"] = names[target] + slash + version
    return built


def record(sample: str) -> Json:
    """The Bundle of a sample."""
    found: Json = json.loads((SAMPLES / sample / "bundle.json").read_bytes())
    return found


def transactions(bundles: Iterable[Json], most: int) -> Iterator[Json]:
    """Yield records as transactions of at most so many entries."""
    entries = [entry for bundle in bundles for entry in _entries(bundle)]
    for first in range(0, len(entries), most):
        part = entries[first : first + most]
        yield {"resourceType": "Bundle", "type": "transaction", "entry": part}


def _entries(bundle: Json) -> Iterator[Json]:
    """Yield the entries of a transaction; a fullUrl means something in its own Bundle only."""
    names = {entry["fullUrl"]: _name(entry["resource"]) for entry in bundle["entry"]}
    for entry in bundle["entry"]:
        resource = _linked(entry["resource"], names)
        yield {"resource": resource, "request": {"method": "PUT", "url": _name(resource)}}


def _name(resource: Json) -> str:
    return f"{resource['resourceType']}/{resource['id']}"


def _linked(tree: Any, names: dict[str, str]) -> Any:
    if isinstance(tree, list):
        return [_linked(branch, names) for branch in tree]
    if not isinstance(tree, dict):
        return tree
    built = {name: _linked(branch, names) for name, branch in tree.items()}
    target = built.get("reference")
    if isinstance(target, str) and ":" in target:
        del built["reference"]
        named = {"reference": names[target]} if target in names else {"display": target}
        return named | built
    return built
