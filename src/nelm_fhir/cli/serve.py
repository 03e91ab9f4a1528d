"""`nelm serve`: the doors of a hospital on one address."""

from typing import Any, Final

import click

from nelm_fhir.cli import loading
from nelm_fhir.cli.serve_messages import ledger_of, messages_options, messaging_of

EXAMPLES: Final = """\b
Examples:
  nelm serve
  nelm serve --port 8090
"""


@click.command(epilog=EXAMPLES)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True)
@messages_options
def command(host: str, port: int, **values: Any) -> None:
    """Serve HTTP, CDS Hooks and pages to a hospital."""
    try:
        from nelm_fhir.service.serving import serve  # noqa: PLC0415 - needs the extra `service`
    except ModuleNotFoundError:
        raise click.UsageError("nelm serve needs `pip install 'nelm-fhir[service]'`.") from None
    from nelm_fhir.service.settings import Settings  # noqa: PLC0415 - only where it is there
    from nelm_fhir.service.site import Site  # noqa: PLC0415 - only where it is there

    settings = Settings(base=f"http://{host}:{port}", messaging=messaging_of(values))
    with ledger_of(values) as ledger:
        serve(Site(loading.load(), settings, ledger), host, port)
