"""One service with the doors of CDS Hooks, for tests that do not need settings of their own."""

from datetime import UTC, datetime

import pytest
from tests.service.cds.ehr_calls import AS_OF, House
from tests.service.conftest import running

from nelm_fhir.service.cds.settings import Cds
from nelm_fhir.service.settings import Settings
from nelm_fhir.service.site import Site


@pytest.fixture
def house(loopback, catalogue, tmp_path):
    """Make a service; what is given becomes its settings of CDS Hooks."""

    def made(**cds):
        site = Site(
            catalogue,
            Settings(base="https://nelm.example", cds=Cds(**cds)),
            now=lambda: datetime(AS_OF.year, AS_OF.month, AS_OF.day, 12, tzinfo=UTC),
        )
        service = running(site)
        opened.append(service)
        return House(service.__enter__())

    opened = []
    yield made
    for service in opened:
        service.__exit__(None, None, None)
