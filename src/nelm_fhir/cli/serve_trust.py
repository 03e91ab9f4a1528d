"""The options of `nelm serve` that say who may ask, and how EHRs are answered.

    @trust_options
    def command(**values): ...
        trust, cds = trust_of(values), cds_of(values)      # the options are taken out of `values`

Issuers of tokens stand in a file of their own, one table for each:

    [[issuer]]
    name     = "https://ehr.example/"               # iss, letter by letter
    keys-url = "https://ehr.example/jwks.json"      # or keys-file, or jku = ["https://..."]
    opens    = ["cds"]                              # cds, api, or both

Source: architecture, decision 13; interop 4.
"""

import tomllib
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from nelm_fhir.cli.option_groups import Command, with_options
from nelm_fhir.cli.server_settings import BASE

if TYPE_CHECKING:
    from nelm_fhir.service.cds.settings import Cds
    from nelm_fhir.service.trust.settings import Issuer, Network, Trust

_TEXTS: Final = frozenset({"jku", "audiences", "algorithms", "subjects"})
_KEYS: Final[Mapping[str, type]] = {
    "name": str,
    "keys-file": str,
    "keys-url": str,
    "scope": str,
    "once": bool,
    "longest": int,
    "opens": list,
    **dict.fromkeys(_TEXTS, list),
}
"""What may stand in the table of an issuer, and of which type it is."""


class Cidr(click.ParamType["Network"]):
    """A network or an address, as 10.1.0.0/16 writes it."""

    name = "network"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> "Network":
        """Return the network."""
        try:
            return ip_network(str(value))
        except ValueError:
            self.fail("not a network; write 10.1.0.0/16 or 10.1.2.3.", param, ctx)


_FILE: Final = click.Path(dir_okay=False, path_type=Path)
_PRESENT: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
_OPTIONS: Final = (
    click.option("--issuers", type=_PRESENT, help="TOML file: whose tokens are believed."),
    click.option(
        "--key-network",
        "networks",
        type=Cidr(),
        multiple=True,
        help="Private network from which keys of issuers may be fetched.",
    ),
    click.option(
        "--proxy",
        "proxies",
        type=Cidr(),
        multiple=True,
        help="Address of a proxy that names the signed-in user of pages.",
    ),
    click.option(
        "--user-header",
        default="X-Remote-User",
        show_default=True,
        metavar="NAME",
        help="The header by which such a proxy names the user.",
    ),
    click.option(
        "--cors-origin",
        "cors_origins",
        metavar="ORIGIN",
        multiple=True,
        help="Page of another site whose scripts may ask (CORS).",
    ),
    click.option(
        "--cds-server",
        "cds_servers",
        type=BASE,
        multiple=True,
        help="FHIR base that may be asked with the token an EHR lends.",
    ),
    click.option(
        "--cds-without",
        "cds_without",
        metavar="TYPE",
        multiple=True,
        help="Resource type that the EHR does not have: no card waits for it.",
    ),
    click.option("--cds-feedback", type=_FILE, help="File that keeps what became of cards."),
    click.option(
        "--cds-report",
        default="",
        metavar="URL",
        help="Page that cards link to, with {patient} in the place of the id.",
    ),
    click.option("--cds-language", default="en", show_default=True, help="Language of cards."),
)


def trust_options(command: Command) -> Command:
    """Give a command the options that say who may ask, and how EHRs are answered."""
    return with_options(command, _OPTIONS)


def trust_of(values: dict[str, Any]) -> "Trust":
    """Take the options of trust out of a command's values and return what they describe.

    Raises click.UsageError for what would trust more than anybody meant.
    """
    from nelm_fhir.service.trust.settings import (  # noqa: PLC0415 - needs the extra
        Anonymous,
        Trust,
        faults,
    )

    path: Path | None = values.pop("issuers")
    trust = Trust(
        issuers=() if path is None else issuers_of(path),
        anonymous=Anonymous.ALLOWED if values["anonymous"] else Anonymous.LOOPBACK,
        proxies=tuple(values.pop("proxies")),
        user_header=values.pop("user_header"),
        origins=tuple(values.pop("cors_origins")),
        networks=tuple(values.pop("networks")),
    )
    wrong = [f"{fault.where} {fault.what}" for fault in faults(trust)]
    if wrong:
        raise click.UsageError(f"Whom the service trusts: {'; '.join(wrong)}.")
    return trust


def cds_of(values: dict[str, Any], languages: Mapping[str, Any]) -> "Cds":
    """Take the options of CDS Hooks out of a command's values and return what they describe."""
    from nelm_fhir.exchange.everything import SEARCHED  # noqa: PLC0415 - only where one serves
    from nelm_fhir.service.cds.settings import Cds  # noqa: PLC0415 - needs the extra

    without, language = frozenset(values.pop("cds_without")), values.pop("cds_language")
    if unknown := sorted(without - set(SEARCHED)):
        raise click.UsageError(f"--cds-without {unknown[0]}: there are {', '.join(SEARCHED)}.")
    if language not in languages:
        raise click.UsageError(f"--cds-language: there are {', '.join(languages)}.")
    return Cds(
        servers=tuple(values.pop("cds_servers")),
        without=without,
        feedback=values.pop("cds_feedback"),
        report=values.pop("cds_report"),
        language=language,
    )


def issuers_of(path: Path) -> "tuple[Issuer, ...]":
    """Read the issuers of a file; raises click.UsageError, naming table and key."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise click.UsageError(f"--issuers {path}: {error}") from None
    tables = found.pop("issuer", [])
    if found or not isinstance(tables, list) or not tables:
        raise click.UsageError(f"--issuers {path}: write one [[issuer]] for each, nothing else.")
    return tuple(_issuer(table, f"{path}, issuer {n}", path) for n, table in enumerate(tables, 1))


def _issuer(table: Any, where: str, path: Path) -> "Issuer":
    from nelm_fhir.service.trust.settings import Issuer, Realm  # noqa: PLC0415 - needs the extra

    _check(table, where)
    values = {key.replace("-", "_"): value for key, value in table.items()}
    opens = values.pop("opens", [str(Realm.API)])
    if not set(opens) <= set(Realm):
        raise click.UsageError(f"{where}: opens is a list of {', '.join(Realm)}.")
    for key in _TEXTS & values.keys():
        as_set = key in {"jku", "subjects"}
        values[key] = frozenset(values[key]) if as_set else tuple(values[key])
    if "keys_file" in values:
        values["keys_file"] = path.parent / values["keys_file"]
    return Issuer(**values, realms=frozenset(map(Realm, opens)))


def _check(table: Any, where: str) -> None:
    if not isinstance(table, dict) or "name" not in table:
        raise click.UsageError(f"{where}: has no name.")
    for key, value in table.items():
        kind = _KEYS.get(key)
        if kind is None:
            raise click.UsageError(f"{where}: {key} is not known; there are {', '.join(_KEYS)}.")
        fits = type(value) is kind and all(isinstance(one, str) for one in _items(value))
        if not fits:
            raise click.UsageError(f"{where}: {key} is not of the right type.")


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
