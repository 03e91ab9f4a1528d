"""The Spark session a run works in: the user's own, that of the platform, or one on this machine.

In: a session, or none. Out: a session. A platform (spark-submit, Databricks, Spark Connect) brings
its settings with it and they are left as they are. Only where there is none, Spark is started on
this machine: it listens on the loopback address alone, shows no pages, logs nothing (errors are
raised), and keeps what it spills in the folder of the run.
Source: performance.md 5 (DataFrame API only: no RDD, no `sparkContext`, no JARs).
"""

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from nelm_fhir.batch.settings import Settings
from nelm_fhir.errors import InputError

Session = Any
"""`pyspark.sql.SparkSession`, classic or Connect: the two share no class."""
Frame = Any
"""`pyspark.sql.DataFrame`, of either kind."""
INSTALL: Final = "pip install 'nelm-fhir[spark]'"
_OF_A_PLATFORM: Final = (
    "DATABRICKS_RUNTIME_VERSION",
    "PYSPARK_GATEWAY_PORT",
    "PYSPARK_SUBMIT_ARGS",
    "SPARK_CONF_DIR",
    "SPARK_REMOTE",
)
"""Variables by which a platform or its user says how Spark is to be had."""
_HERE: Final = "127.0.0.1"
_QUIET: Final = {
    "spark.driver.bindAddress": _HERE,
    "spark.driver.host": _HERE,
    "spark.driver.memory": "1g",
    "spark.sql.shuffle.partitions": "8",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
_SILENCE: Final = """\
status = off
appender.none.type = Null
appender.none.name = none
logger.gateway.name = org.apache.spark.api.python.PythonGatewayServer
logger.gateway.level = off
rootLogger.level = off
rootLogger.appenderRef.none.ref = none
"""
"""Settings of Spark's log: its errors are raised, and their texts may name files."""
_ROWS: Final = "spark.sql.execution.arrow.maxRecordsPerBatch"


@contextmanager
def session_for(given: Session | None, settings: Settings) -> Iterator[Session]:
    """Give the session to work in; one that was started here is stopped in the end.

    Raises InputError where Spark does not start.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas")  # not used
        session = given if given is not None else _of_the_platform()
        if session is not None:
            yield session
            return
        session = _started(settings)
        try:
            yield session
        finally:
            session.stop()


@contextmanager
def rows_at_once(session: Session, count: int) -> Iterator[None]:
    """Hand so many rows at most to Python at once, where the platform lets itself be asked."""
    before = session.conf.get(_ROWS)
    try:
        session.conf.set(_ROWS, str(count))
    except Exception:  # noqa: BLE001 - each platform refuses in its own way; it costs memory only
        yield
        return
    try:
        yield
    finally:
        session.conf.set(_ROWS, before)


def check_installed() -> None:
    """Raise InputError where the extra is not installed."""
    missing = [name for name in ("pyspark", "pyarrow") if find_spec(name) is None]
    if missing:
        raise InputError(
            f"The engine spark needs {' and '.join(missing)}.", f"Install it: {INSTALL}"
        )


def _of_the_platform() -> Session | None:
    from pyspark.sql import SparkSession  # noqa: PLC0415 - of an extra, and slow to load

    active = SparkSession.getActiveSession()
    if active is None and any(name in os.environ for name in _OF_A_PLATFORM):
        return SparkSession.builder.appName("nelm-fhir").getOrCreate()
    return active


def _started(settings: Settings) -> Session:
    from pyspark.sql import SparkSession  # noqa: PLC0415 - of an extra, and slow to load

    os.environ.setdefault("SPARK_LOCAL_IP", _HERE)
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # else whatever `python3` is
    builder = SparkSession.builder.appName("nelm-fhir").master(f"local[{settings.workers}]")
    for name, value in {**_QUIET, **_places(settings.work.resolve())}.items():
        builder = builder.config(name, value)
    try:
        return builder.getOrCreate()
    except Exception:  # noqa: BLE001 - py4j, the system or Spark: all mean the same
        raise InputError(
            "Apache Spark does not start on this machine.",
            "It needs Java 17 or newer: `java -version` shows it. Or use --engine embedded.",
        ) from None


def _places(work: Path) -> dict[str, str]:
    """Return where Spark keeps its files; without it they would stand in the current folder."""
    silence = work / "log4j2.properties"
    silence.write_text(_SILENCE)
    return {
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={silence.as_uri()}",
        "spark.local.dir": str(work / "spilled"),
        "spark.sql.warehouse.dir": str(work / "warehouse"),
    }
