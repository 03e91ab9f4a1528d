"""Outside judges find no error in any file of the code lists."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.peers.fixtures import started
from tests.peers.judges import HapiValidator, MedplumValidator
from tests.unit.shipped_codes import MAPPINGS, resources

LISTS = {name: r for name, r in resources().items() if name.startswith("codes/")}
each_list = pytest.mark.parametrize("resource", LISTS.values(), ids=list(LISTS))


@pytest.fixture(scope="module")
def validator() -> Iterator[HapiValidator]:
    """HAPI's validator that knows the extensions of the code lists as well."""
    yield from started(lambda: HapiValidator(MAPPINGS / "fhir", MAPPINGS / "codes"))


@pytest.mark.peer
@each_list
def test_hapi_finds_no_error(resource: dict[str, Any], validator: HapiValidator) -> None:
    # Warnings say only that SNOMED CT and the like are not here to be looked into.
    assert validator.errors(resource) == []


@pytest.mark.peer
@each_list
def test_medplum_finds_no_error(
    resource: dict[str, Any], medplum_validator: MedplumValidator
) -> None:
    assert medplum_validator.errors(resource) == []
