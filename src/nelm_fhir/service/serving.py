"""Serve the application on an address until a signal ends it."""

import uvicorn

from nelm_fhir.service.app import application
from nelm_fhir.service.site import Site


def serve(site: Site, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT; requests that have begun are finished first."""
    uvicorn.run(application(site), host=host, port=port, log_config=None, access_log=False)
