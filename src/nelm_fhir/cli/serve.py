"""`nelm serve`: the doors of a hospital on one address."""

import logging
import time
from dataclasses import replace
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING, Any, Final

import click

from nelm_fhir.cli import loading
from nelm_fhir.cli.options import OVERLAYS, SETS, SWITCHES
from nelm_fhir.cli.records import check_words
from nelm_fhir.cli.serve_hooks import hooks_of, hooks_options
from nelm_fhir.cli.serve_messages import ledger_of, messages_options, messaging_of
from nelm_fhir.cli.serve_options import limits_of, service_options
from nelm_fhir.cli.serve_pages import pages_options, worklist_of
from nelm_fhir.cli.serve_trust import cds_of, trust_of, trust_options
from nelm_fhir.cli.server_options import server_of, server_options

if TYPE_CHECKING:
    from nelm_fhir.service.audit import Audit
    from nelm_fhir.service.cds.settings import Cds
    from nelm_fhir.service.settings import Settings
    from nelm_fhir.service.trust.settings import Trust

EXAMPLES: Final = """\b
Examples:
  nelm serve
  nelm serve --port 8090 --set optn --overlay our-hospital
  nelm serve --host 0.0.0.0 --base https://nelm.example --audit audit.ndjson --anonymous
"""
_LOG: Final = "%(asctime)s %(levelname)s %(message)s"
_MOMENT: Final = "%Y-%m-%dT%H:%M:%SZ"


@click.command(epilog=EXAMPLES)
@service_options
@messages_options
@trust_options
@hooks_options
@pages_options
@SETS
@OVERLAYS
@SWITCHES
@server_options
def command(**values: Any) -> None:
    """Serve HTTP, CDS Hooks and pages to a hospital.

    It listens on this machine alone unless told otherwise. GET /fhir/metadata and /openapi.json say
    what there is. One line per request is written to stderr, without anything of a patient; the
    audit file holds who saw what about whom. SIGTERM finishes what has begun.
    """
    _needs_extra()
    from nelm_fhir.service.serving import listening, serve  # noqa: PLC0415 - needs the extra
    from nelm_fhir.service.site import Site  # noqa: PLC0415 - as above

    trust = trust_of(values)
    _check_open(values, trust)
    audit = _audit(values.pop("audit_path"))
    catalogue = loading.load(values.pop("overlays"))
    check_words("--set", values["sets"], list(catalogue.sets))
    check_words("--option", values["options"], list(catalogue.known_options))
    cds = cds_of(values, catalogue.texts.languages)
    at = listening(values["host"], values["port"])
    settings = _settings(values, at, trust, cds)
    _log_to_stderr()
    with (
        at,
        worklist_of(values, catalogue) as worklist,
        ledger_of(values) as ledger,
        hooks_of(values, settings.server, catalogue, ledger) as hooks,
    ):
        click.echo(f"Listening on {_address(values['host'], at)}", err=True)
        settings = replace(settings, worklist=worklist, hooks=hooks)
        serve(Site(catalogue, settings, ledger, audit=audit), at)


def _needs_extra() -> None:
    try:
        import nelm_fhir.service.app  # noqa: F401, PLC0415 - looks whether the extra is there
    except ModuleNotFoundError:
        raise click.UsageError("nelm serve needs `pip install 'nelm-fhir[service]'`.") from None


def _check_open(values: dict[str, Any], trust: "Trust") -> None:
    """Refuse to show records to other machines without asking who is there, or without a trace."""
    from nelm_fhir.service.serving import is_loopback  # noqa: PLC0415 - needs the extra

    if is_loopback(values["host"]):
        return
    if trust.knows_nobody and not values["anonymous"]:
        raise click.UsageError(
            "Other machines would reach the service, and nobody is asked who they are: say whom it "
            "trusts with --issuers or --proxy, or say --anonymous."
        )
    if values["audit_path"] is None:
        raise click.UsageError("Other machines would reach the service: it needs --audit FILE.")


def _audit(path: Path | None) -> "Audit":
    from nelm_fhir.service.audit import Audit  # noqa: PLC0415 - needs the extra

    audit = Audit(path)
    audit.check()
    return audit


def _settings(values: dict[str, Any], at: socket, trust: "Trust", cds: "Cds") -> "Settings":
    from nelm_fhir.service.settings import Settings  # noqa: PLC0415 - needs the extra

    server = server_of(values)
    if values["store_answers"] and server is None:
        raise click.UsageError("--store-answers needs --server, to store them at.")
    return Settings(
        base=values["base"] or _address(values["host"], at),
        sets=values["sets"],
        options=values["options"],
        limits=limits_of(values),
        server=server,
        store_answers=values["store_answers"],
        messaging=messaging_of(values),
        trust=trust,
        cds=cds,
    )


def _address(host: str, at: socket) -> str:
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{at.getsockname()[1]}"


def _log_to_stderr() -> None:
    """Write the log to stderr, in UTC; only our own events are in it."""
    line = logging.Formatter(_LOG, _MOMENT)
    line.converter = time.gmtime
    to_stderr = logging.StreamHandler()
    to_stderr.setFormatter(line)
    log = logging.getLogger("nelm_fhir")
    log.addHandler(to_stderr)
    log.setLevel(logging.INFO)
    log.propagate = False
