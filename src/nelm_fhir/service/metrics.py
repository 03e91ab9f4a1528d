"""Figures for those who watch the service; every label is a word of an enumeration.

In: what happened. Out: the text that Prometheus reads. Nothing of a patient, a caller or an address
can stand there.
"""

from enum import StrEnum
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from nelm_fhir.assessment.result import Assessment, Verdict

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
_SECONDS: Final = (0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Door(StrEnum):
    """Where a request came in; `none` is an address behind which nothing is."""

    EVALUATION = "evaluation"
    MESSAGES = "messages"
    SUBSCRIPTIONS = "subscriptions"
    CDS = "cds"
    PAGES = "pages"
    DESCRIPTION = "description"
    OPERATORS = "operators"
    NONE = "none"


class Metrics:
    """The figures of one service."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._requests = Counter(
            "nelm_requests",
            "Requests answered.",
            ("door", "status_class"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "nelm_request_seconds",
            "Time from the first byte of a request to the last of its answer.",
            ("door",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._running = Gauge(
            "nelm_requests_running", "Requests being answered.", registry=self._registry
        )
        self._verdicts = Counter(
            "nelm_verdicts", "Criteria sets judged.", ("verdict",), registry=self._registry
        )
        for verdict in Verdict:
            self._verdicts.labels(verdict.value)

    def begun(self) -> None:
        """Count a request that began."""
        self._running.inc()

    def answered(self, door: Door, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        self._running.dec()
        self._requests.labels(door.value, f"{status // 100}xx").inc()
        self._seconds.labels(door.value).observe(seconds)

    def judged(self, assessment: Assessment) -> None:
        """Count the verdicts of one record."""
        for verdict in assessment.verdicts:
            self._verdicts.labels(verdict.verdict.value).inc()

    def text(self) -> bytes:
        """Return all figures as Prometheus reads them."""
        return generate_latest(self._registry)
