"""The card: what a physician reads in ten seconds, and nothing that decides for them.

In: an Assessment and the words of the catalogue. Out: the JSON of a card. Always `info`: nothing
here is urgent. No suggestion, no action. Each set stands by itself with what decides; then what is
missing. Words of the record are escaped for Markdown, and addresses in them are no links.
Source: CDS Hooks 2.0 (Card Attributes); rules 13; interop 11, threat 18.
"""

import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final
from urllib.parse import quote

from nelm_fhir.assessment.missing_data import Datum, missing_data
from nelm_fhir.assessment.result import Assessment, SetVerdict, Verdict
from nelm_fhir.assessment.sentences import deciding_words, set_name
from nelm_fhir.assessment.voice import Voice, capitalized, voice_of
from nelm_fhir.core.canonical import BASE
from nelm_fhir.core.dates import DaySpan
from nelm_fhir.core.issues import Severity
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.report.markdown import escaped
from nelm_fhir.report.one_line import one_line
from nelm_fhir.service.cds.request import CdsRequest
from nelm_fhir.service.cds.services import ORDER_SELECT, CdsService
from nelm_fhir.service.cds.settings import Cds

MOST: Final = 139
"""Letters of a summary: fewer than 140."""
SHOWN: Final = 5
"""Missing data that are named; ten seconds are not enough for more."""
OVERRIDES: Final = f"{BASE}/CodeSystem/nelm-card-override"
_OURS: Final = uuid.uuid5(uuid.NAMESPACE_URL, f"{BASE}/cds-services")
_ORDER: Final = (
    Verdict.CRITERIA_MET,
    Verdict.INDETERMINATE,
    Verdict.DEFERRED,
    Verdict.CRITERIA_NOT_MET,
    Verdict.NOT_APPLICABLE,
)
_APART: Final = "\u2060"
"""A mark without width: behind these letters it keeps an address from being a link."""
_LINK: Final = re.compile(r":(?=//)|@|www(?=\.)", re.IGNORECASE)
Json = dict[str, Any]


def cards(
    assessment: Assessment,
    catalogue: Catalogue,
    *,
    service: CdsService,
    request: CdsRequest,
    settings: Cds,
) -> list[Json]:
    """Return the cards for a patient: one, or none where there is nothing to tell.

    There is none for a record without a neuroendocrine finding, and at an order none where nothing
    is missing.
    """
    voice = voice_of(catalogue, settings.language)
    notice = catalogue.texts.languages[settings.language].notice
    missing = missing_data(assessment, voice, catalogue.definitions.staging.families)
    at_order = service is ORDER_SELECT
    if not assessment.neuroendocrine or (at_order and not missing):
        return []
    card: Json = {
        "uuid": str(uuid.uuid5(_OURS, f"{service.id}\n{request.instance}")),
        "summary": order_summary(assessment, missing, voice)
        if at_order
        else summary(assessment, voice),
        "indicator": "info",
        "detail": detail(assessment, missing, voice, notice),
        "source": {"label": voice.word("card", "source")},
        "overrideReasons": _overrides(voice),
    }
    if settings.report:
        address = settings.report.replace("{patient}", quote(request.patient, safe=""))
        label = voice.word("card", "report")
        card["links"] = [{"label": label, "url": address, "type": "absolute"}]
    return [card]


def summary(assessment: Assessment, voice: Voice) -> str:
    """Return the verdicts of all sets in one line; with numbers where the names do not fit."""
    present = {
        verdict: [one for one in assessment.verdicts if one.verdict is verdict]
        for verdict in _ORDER
    }
    found = {verdict: sets for verdict, sets in present.items() if sets}
    named = _joined(
        [voice.phrase("card", str(name), sets=_named(sets)) for name, sets in found.items()], voice
    )
    day, every = voice.say(assessment.as_of), str(len(assessment.verdicts))
    line = voice.phrase("card", "summary", date=day, told=named)
    if len(line) <= MOST:
        return line
    numbers = [
        voice.phrase("card", f"number-{name}", number=str(len(sets)))
        for name, sets in found.items()
    ]
    return voice.phrase("card", "numbers", date=day, all=every, told=_joined(numbers, voice))


def order_summary(assessment: Assessment, missing: Sequence[Datum], voice: Voice) -> str:
    """Return in one line which data are missing, while orders are chosen."""
    day = voice.say(assessment.as_of)
    told = _joined([one_line(datum.name) for datum in missing], voice)
    line = voice.phrase("card", "order", date=day, told=told)
    if len(line) <= MOST:
        return line
    return voice.phrase("card", "order-more", date=day, number=str(len(missing)))


def _joined(parts: Sequence[str], voice: Voice) -> str:
    joined = ""
    for part in parts:
        joined = voice.phrase("card", "part", first=joined, last=part) if joined else part
    return joined


def _named(verdicts: Sequence[SetVerdict]) -> str:
    return ", ".join(one_line(verdict.title) for verdict in verdicts)


def detail(assessment: Assessment, missing: Sequence[Datum], voice: Voice, notice: str) -> str:
    """Return the card's text as GitHub Flavored Markdown."""
    parts = [
        _as_of(assessment, voice),
        *_damage(assessment, voice),
        "\n".join(_set(verdict, voice) for verdict in assessment.verdicts),
        _missing(missing, len(assessment.verdicts), voice),
        f"> {safe(notice)}",
    ]
    return "\n\n".join(part for part in parts if part)


def _as_of(assessment: Assessment, voice: Voice) -> str:
    newest = _newest(assessment)
    told = (
        voice.phrase("card", "no-date")
        if newest is None
        else voice.phrase("card", "newest", date=voice.say(newest))
    )
    return voice.phrase("card", "as-of", date=voice.say(assessment.as_of), newest=told)


def _newest(assessment: Assessment) -> date | None:
    """Return the day of the newest finding that a criterion looked at."""
    days = [
        element.value.latest
        for fact in assessment.facts.values()
        for element in fact.elements
        if element.name == "date" and isinstance(element.value, DaySpan)
    ]
    return max((day for day in days if day <= assessment.as_of), default=None)


def _damage(assessment: Assessment, voice: Voice) -> Iterator[str]:
    errors = sum(issue.severity is Severity.ERROR for issue in assessment.issues)
    if errors:
        yield voice.phrase("card", "damaged", number=str(errors))


def _set(verdict: SetVerdict, voice: Voice) -> str:
    told = voice.phrase(
        "card",
        f"set-{verdict.verdict}",
        deciding=_deciding(verdict, voice),
        earliest=voice.say(verdict.earliest),
    )
    return voice.phrase("card", "set", set=safe(set_name(verdict, voice)), told=told)


def _deciding(verdict: SetVerdict, voice: Voice) -> str:
    """Return the first of the criteria that decide, and how many more there are."""
    first = replace(verdict, deciding=verdict.deciding[:SHOWN])
    shown = safe(deciding_words(first, voice))
    beyond = len(verdict.deciding) - SHOWN
    if beyond <= 0:
        return shown
    return voice.phrase("card", "deciding-more", deciding=shown, number=str(beyond))


def _missing(missing: Sequence[Datum], sets: int, voice: Voice) -> str:
    lines = [line for datum in missing for line in _datum(datum, sets, voice)]
    if not lines:
        return ""
    beyond = len(lines) - SHOWN
    more = [voice.phrase("card", "more", number=str(beyond))] if beyond > 0 else []
    return "\n".join([voice.phrase("card", "missing"), "", *lines[:SHOWN], *more])


def _datum(datum: Datum, sets: int, voice: Voice) -> Iterator[str]:
    for settling in datum.settlings:
        asking = {one.title for part in settling.settles for one in part.criteria}
        yield voice.phrase(
            "card",
            "datum",
            name=safe(datum.name),
            settle=safe(capitalized(settling.settle)),
            number=str(len(asking)),
            all=str(sets),
        )


def safe(text: str) -> str:
    """Return words so that no reader of Markdown makes markup, links or mentions of them."""
    return _LINK.sub(rf"\g<0>{_APART}", escaped(text))


def _overrides(voice: Voice) -> list[Json]:
    words = voice.wording.words.get("card.override", {})
    return [
        {"code": code, "system": OVERRIDES, "display": display} for code, display in words.items()
    ]
