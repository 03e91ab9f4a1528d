"""What those who run the service ask it."""

import requests

from nelm_fhir.service.settings import Settings
from nelm_fhir.service.site import Site


def test_it_is_alive_and_names_its_editions(served, catalogue):
    base = served(Site(catalogue, Settings()))
    assert requests.get(f"{base}/healthz", timeout=5).text == "ok\n"
    told = requests.get(f"{base}/version", timeout=5).json()
    assert told["catalogue"] == catalogue.digest
    assert told["criteria"]["esmo-2020"] == catalogue.sets["esmo-2020"].version
