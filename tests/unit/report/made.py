"""Pages and sheets of samples and of profiles, as the tests of the room look at them."""

import json
import tomllib
from datetime import date
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from nelm_fhir import pipeline
from nelm_fhir.assessment.result import Assessment
from nelm_fhir.assessment.voice import voice_of
from nelm_fhir.pipeline import Read
from nelm_fhir.report.about import NO_LINKS, About, Links
from nelm_fhir.report.fact_sheet import fact_sheet
from nelm_fhir.report.patient_page import patient_page

SAMPLES = Path(__file__).parents[3] / "sample_bundles"
NAMES = sorted(path.parent.name for path in SAMPLES.glob("*/sample.toml"))
LANGUAGES = ("en", "de")


def bundle(name: str) -> bytes:
    return (SAMPLES / name / "bundle.json").read_bytes()


@cache
def sample(name: str) -> tuple[Read, Assessment]:
    """A sample, read and judged for its own day."""
    told = tomllib.loads((SAMPLES / name / "sample.toml").read_text())
    return judged(bundle(name), date.fromisoformat(told["as_of"]))


def judged(data: bytes, as_of: date) -> tuple[Read, Assessment]:
    catalogue = pipeline.load()
    read = pipeline.read_one(data, catalogue, as_of=as_of)
    return read, pipeline.judge(read, catalogue)


def of_profile(**record: Any) -> tuple[Read, Assessment]:
    """A profile given as a record of the rules, judged for the first of June 2026."""
    read = pipeline.read_profile(json.dumps({"as_of": "2026-06-01", **record}))
    return read, pipeline.judge(read, pipeline.load())


def page(read: Read, assessment: Assessment, language: str = "en", links: Links = NO_LINKS) -> str:
    catalogue = pipeline.load()
    voice = voice_of(catalogue, language)
    return patient_page(read, assessment, catalogue, voice, links=links)


def sheet(read: Read, assessment: Assessment, language: str = "en") -> str:
    catalogue = pipeline.load()
    return fact_sheet(read, assessment, catalogue, voice_of(catalogue, language))


def about(read: Read, assessment: Assessment, language: str = "en") -> About:
    catalogue = pipeline.load()
    return About.of(read, assessment, catalogue, voice_of(catalogue, language))


class Seen(HTMLParser):
    """What a page is made of: tags with attributes, ids, its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._styled = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._styled = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        if tag == "style":
            self._styled = False

    def handle_data(self, data: str) -> None:
        if not self._styled:
            self.text += data

    @property
    def ids(self) -> list[str]:
        return [str(attributes["id"]) for _, attributes in self.tags if "id" in attributes]

    def of(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag in names]
