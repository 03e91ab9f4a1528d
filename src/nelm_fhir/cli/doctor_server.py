"""What `nelm doctor --server` looks at: settings, way, sign-in, a search, and what is offered.

In: the server as it was configured. Out: findings, until one makes the next pointless. Settings
are shown with their source; of a secret only its file, of a header only its name.
Source: interop 8 (doctor), 5 and 6.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import click

from nelm_fhir.cli.finding import Finding
from nelm_fhir.cli.server_options import BY_KEY
from nelm_fhir.cli.server_settings import source_of
from nelm_fhir.errors import AuthFailed, ExchangeError, WriteRefused, WrongFhirVersion
from nelm_fhir.exchange.auth import Bearer, GrantedTokens
from nelm_fhir.exchange.capability import Capability
from nelm_fhir.exchange.client import Client
from nelm_fhir.exchange.origins import Address
from nelm_fhir.exchange.server import NoAuth, Server
from nelm_fhir.exchange.writing.place import place_of
from nelm_fhir.fhir_r4.fhir_version import check_version
from nelm_fhir.writers.strategies import STRATEGIES

_NOBODY: Final = "nelm-doctor"
"""An id that no patient has: the search proves the way and brings nothing."""
_WRITES: Final = ("create", "update")


def settings(ctx: click.Context, server: Server) -> Iterator[Finding]:
    """Say of each option of a server what it is and where that comes from."""
    for key, option in BY_KEY.items():
        value = ctx.params.get(str(option.name))
        if option.name == "patience":
            value = f"{server.patience.deadline:g} seconds"
        if value is not None and value != ():
            yield Finding(f"--{key}", f"{_shown(key, value)} ({source_of(ctx, option)})")


def _shown(key: str, value: Any) -> str:
    if key == "header":
        return ", ".join(name for name, _ in value)
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def server_findings(server: Server) -> Iterator[Finding]:
    """Look at a server step by step; what fails is the last that is told."""
    try:
        yield from _looked_at(server)
    except ExchangeError as error:
        yield Finding("Server", error.message, error.remedy or "Ask whoever runs the server.")


def _looked_at(server: Server) -> Iterator[Finding]:
    with Client(server) as client:
        capability, anonymous = _statement(server, client)
        yield from _server(server, capability, anonymous=anonymous)
        yield from _sign_in(server, client)
        yield from _search(client)
        yield from _offered(capability)
        yield from _targets(client.base, capability)


def _statement(server: Server, client: Client) -> tuple[Capability, bool]:
    """Return the CapabilityStatement, and whether it was given without a token."""
    try:
        with Client(replace(server, auth=NoAuth())) as nobody:
            return Capability.ask(nobody), True
    except AuthFailed:
        return Capability.ask(client), False


def _server(server: Server, capability: Capability, *, anonymous: bool) -> Iterator[Finding]:
    how = "" if anonymous else ", which it does only with a sign-in"
    yield Finding("Server", f"{capability.software or 'a server'} says what it offers{how}")
    try:
        check_version(capability.fhir_version, None)
        told = capability.fhir_version or "not said"
        yield Finding("FHIR version", told)
    except WrongFhirVersion:
        yield Finding("FHIR version", capability.fhir_version, "Give the address of its R4 base.")
    if server.base.startswith("http:") and not isinstance(server.auth, NoAuth):
        yield Finding("Way", "http: token and records can be read on their way", there=False)
    if _is_elsewhere(server, capability.implementation_url):
        yield Finding(
            "Own address",
            f"the server calls itself {capability.implementation_url}; where its links lead there, "
            "--server must be written so, or --origin allow it",
            there=False,
        )


def _is_elsewhere(server: Server, url: str) -> bool:
    try:
        return not server.pin.is_trusted(Address.of(url))
    except ValueError:
        return False


def _sign_in(server: Server, client: Client) -> Iterator[Finding]:
    tokens = client.tokens
    if isinstance(tokens, GrantedTokens):
        yield from _granted(tokens)
    elif isinstance(server.auth, Bearer):
        tokens.current()
        yield Finding("Sign-in", f"token of {server.auth.token_file}")
    else:
        yield Finding("Sign-in", "none")


def _granted(tokens: GrantedTokens) -> Iterator[Finding]:
    endpoint = tokens.endpoint
    yield Finding("Token endpoint", endpoint.audience)
    yield Finding("aud of our assertions", endpoint.audience)
    key = endpoint.key
    yield Finding("Client", f"{endpoint.client_id}, key {key.key_id}, {key.algorithm}")
    known = endpoint.published.algorithms
    if known and key.algorithm not in known:
        yield Finding(
            "Algorithms",
            f"the server knows {', '.join(known)}",
            f"Register a key for one of these; ours signs {key.algorithm}.",
        )
    grant = tokens.grant()
    yield Finding("Sign-in", f"a token for {grant.seconds} seconds")
    yield from _scopes(endpoint.asked_scope.split(), grant.scopes)


def _scopes(asked: list[str], granted: tuple[str, ...]) -> Iterator[Finding]:
    yield Finding("Scopes granted", " ".join(granted) or "not said", there=bool(granted))
    missing = [scope for scope in asked if scope not in granted]
    if granted and missing:
        yield Finding("Scopes asked for and not granted", " ".join(missing), there=False)


def _search(client: Client) -> Iterator[Finding]:
    client.search("Patient", [("_id", _NOBODY)])
    if client.searches_by_post:
        yield Finding("Search", "by POST, which keeps values out of addresses")
    else:
        yield Finding(
            "Search", "by GET only: values stand in addresses and in logs of proxies", there=False
        )


def _offered(capability: Capability) -> Iterator[Finding]:
    exports = {
        "system": capability.export_system,
        "patients": capability.export_patient,
        "group": capability.export_group,
    }
    yield _offer("$everything", capability.everything)
    named = [name for name, there in exports.items() if there]
    yield Finding("$export", ", ".join(named) or "not offered", there=bool(named))
    yield _offer("transaction", capability.transaction)
    yield _offer("batch", capability.batch)


def _offer(what: str, there: bool) -> Finding:
    return Finding(what, "offered" if there else "not offered", there=there)


def _targets(base: str, capability: Capability) -> Iterator[Finding]:
    """Say of each target of results what the server does with it, and which would be chosen."""
    for strategy in STRATEGIES.values():
        if strategy.sends:
            yield _target(strategy.resource_type, capability)
    try:
        yield Finding("Results", f"would be written as {place_of(base, capability).strategy.name}")
    except WriteRefused:
        yield Finding("Results", "nothing fits to write them here", there=False)


def _target(resource_type: str, capability: Capability) -> Finding:
    offered = capability.resource(resource_type).interactions
    named: list[str] = [name for name in _WRITES if name in offered]
    if capability.conditional_create(resource_type):
        named.append("conditional create")
    return Finding(resource_type, ", ".join(named) or "not written here", there=bool(named))
