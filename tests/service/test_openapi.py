"""The OpenAPI document holds: whatever schemathesis sends, no server error, and answers as written.

What is drawn is Bundles and Parameters of the document's shape, with all that JSON allows in them,
and requests that break it.
"""

import json

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, given
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.service.asking import DAY, FHIR, MEETS_ALL
from tests.service.conftest import running

from nelm_fhir.ledger.store import Ledger
from nelm_fhir.service.cds.settings import Cds
from nelm_fhir.service.describing import described
from nelm_fhir.service.settings import Settings
from nelm_fhir.service.site import Site
from nelm_fhir.service.subscriptions.settings import Hook, Hooks

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture
def api(loopback, catalogue, tmp_path):
    """The document over a service that has everything: ledger, feedback, a subscription."""
    settings = Settings(
        cds=Cds(feedback=tmp_path / "feedback.ndjson"),
        hooks=Hooks((Hook("lab"),)),
    )
    with (
        Ledger.open(tmp_path / "ledger.sqlite", exclusive=True) as ledger,
        running(Site(catalogue, settings, ledger)) as base,
    ):
        schema = schemathesis.openapi.from_dict(described("openapi"))
        schema.config.update(base_url=base)
        yield schema


OPERATIONS = [
    (path, method.upper())
    for path, methods in described("openapi")["paths"].items()
    for method in methods
]
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
@pytest.mark.parametrize(("path", "method"), OPERATIONS, ids=lambda word: word)
def test_no_request_makes_a_server_error_and_answers_are_as_written(api, path, method, mode):
    operation = api[path][method]
    if mode is GenerationMode.NEGATIVE and not (operation.query or operation.body):
        return  # nothing in it could be wrong

    @hypothesis.settings(max_examples=15, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def sent(case):
        case.call_and_validate(checks=CHECKS)

    sent()


@pytest.mark.parametrize("accept", ["application/fhir+json", "application/json"])
@pytest.mark.parametrize("path", ["/evaluate", "/fhir/$nelm-evaluate"])
def test_the_answer_to_a_real_record_is_as_written(api, path, accept):
    case = api[path]["POST"].Case(
        body=json.loads(MEETS_ALL),
        media_type=FHIR,
        query={"asOf": DAY.partition("=")[2]},
        headers={"Accept": accept},
    )
    response = case.call()
    assert response.status_code == 200
    case.validate_response(response, checks=CHECKS)
