"""What a server holds, read with plain requests and made comparable with what was sent."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import requests
from tests.peers.loading import Json
from tests.peers.servers import FhirServer

from nelm_fhir.writers.fhir_json import fhir_json


def told(answer: requests.Response) -> Json:
    """The answer, every number as it stands there."""
    assert answer.ok, answer.text[:800]
    found: Json = json.loads(answer.content, parse_float=Decimal, parse_int=Decimal)
    return found


def found(
    asking: requests.Session, server: FhirServer, kind: str, identifier: tuple[str, str] | None
) -> list[Json]:
    """The resources of a type, of one identifier if any is given."""
    asked = {"identifier": "|".join(identifier)} if identifier else {}
    answer = asking.get(f"{server.base}/{kind}", params={"_count": "200", **asked})
    return [entry["resource"] for entry in told(answer).get("entry", ())]


def essence(resource: Json) -> Any:
    """The resource without what a server may set or strip: id, version, moment, versions of links.

    HAPI as it is delivered strips `/_history/N` from links; the digests still pin the input. The
    display of a tag is that of the first resource that had the tag.
    """
    read = json.loads(fhir_json(resource), parse_float=Decimal, parse_int=Decimal)
    read.pop("id", None)
    read["meta"] = {(tag["system"], tag["code"]) for tag in read["meta"]["tag"]}
    return _without_versions(read)


def _without_versions(tree: Any) -> Any:
    if isinstance(tree, list):
        return [_without_versions(branch) for branch in tree]
    if not isinstance(tree, Mapping):
        return tree
    built = {name: _without_versions(branch) for name, branch in tree.items()}
    if isinstance(built.get("reference"), str):
        built["reference"] = re.sub(r"/_history/[^/]+$", "", built["reference"])
    return built
