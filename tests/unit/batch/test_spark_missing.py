"""Where Apache Spark is not there, one sentence says how to get it."""

import sys

import pytest
from tests.unit.batch.populations import settings

from nelm_fhir.batch.spark import engine as spark
from nelm_fhir.errors import InputError


@pytest.mark.parametrize("name", ["pyspark", "pyarrow"])
def test_a_missing_extra_is_one_readable_error(name, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(InputError) as told:
        spark.run(tmp_path, settings(tmp_path / "work"), lambda *_: None)
    assert name in told.value.message
    assert told.value.remedy == "Install it: pip install 'nelm-fhir[spark]'"
    assert not (tmp_path / "work").exists()
