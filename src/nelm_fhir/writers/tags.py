"""The tags of what we write: decision support, and test data where it is that.

Test data never leave untagged (terminology 6.2).
"""

from nelm_fhir.writers.canonicals import ACT_REASON, DECISION_SUPPORT, TAG, TEST_DATA
from nelm_fhir.writers.datatypes import Json, coding


def meta(*, test_data: bool) -> Json:
    """Return the Meta of a written resource."""
    tags = [coding(TAG, DECISION_SUPPORT)]
    if test_data:
        tags.append(coding(ACT_REASON, TEST_DATA))
    return {"tag": tags}


def is_test_data(resource: Json) -> bool:
    """Return whether the resource is tagged as test data; a tag of a wrong shape is none."""
    told = resource.get("meta")
    tags = told.get("tag") if isinstance(told, dict) else None
    wanted = (ACT_REASON, TEST_DATA)
    return any(
        (tag.get("system"), tag.get("code")) == wanted
        for tag in (tags if isinstance(tags, list) else ())
        if isinstance(tag, dict)
    )
