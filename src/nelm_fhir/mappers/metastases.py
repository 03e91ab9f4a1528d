"""Metastases, in the liver and outside it (terminology 3.6, 3.7; traps T14 to T18, T28, T38).

In: Conditions, and Observations about the place or status of metastases (German and Dutch data).
Out: `liver-metastases-present`, and `metastasis` with the components `focus-class` and `organ`.
Without `focus-class` the class is not told; the organ `unspecified` is not told either, and may be
the liver. A place that nobody can read, be it a code or a text, is suspected disease at an unknown
place: neither present nor absent. Absence is only what 2.3 lists.
"""

from collections.abc import Iterator
from typing import Final

from nelm_fhir.core.reading import Reading
from nelm_fhir.core.unknown import Unknown
from nelm_fhir.mappers.asked import Asked
from nelm_fhir.mappers.concepts import Matched, codings, matched, recorded_text, within, words
from nelm_fhir.mappers.context import Context
from nelm_fhir.mappers.elements import item, items
from nelm_fhir.mappers.histology import mark
from nelm_fhir.mappers.source import BODY_SITE, Source
from nelm_fhir.mappers.values import ASKED, CONFLICTING, NOT_EXACT, NOT_MAPPED, STATED, TEXT_ONLY
from nelm_fhir.profile.findings import Finding, Value

LIVER_PRESENT: Final = "liver-metastases-present"
METASTASIS: Final = "metastasis"
_LIVER: Final = "liver-metastasis"
_ORGAN: Final = "metastasis-organ"
_ORGAN_NAME: Final = "metastasis-organ-name"
_PAST: Final = "past-metastasis"
_CONTRADICTING: Final = "contradicting-metastasis"
SECONDARY: Final = (_LIVER, _ORGAN, _PAST, _CONTRADICTING)

_LIVER_SITE: Final = "liver"
_UNSPECIFIED: Final = "unspecified"
_PLACES_ONLY: Final = frozenset({"elsewhere", "unknown-node"})
_STATUS: Final = ("metastasis-status-answer", "distant-metastasis-answer", "presence-answer")
_M: Final = "tnm-m-answer"
_M_QUESTION: Final = "tnm-m"
_ABSENT: Final = frozenset({"absent", "M0"})
_PRESENT: Final = frozenset({"present", "M1", "M1a", "M1b", "M1c"})
_MESENTERY: Final = "mesentery"

Components = dict[str, Value | Unknown]
_NO_ORGAN: Final[Components] = {"organ": _UNSPECIFIED}


def of_condition(
    source: Source, found: tuple[Matched, ...], ctx: Context, path: str = "code"
) -> Iterator[Finding]:
    """Yield the metastases that the codes at `path` state; `found` are those codes."""
    if not found:
        return
    mark(found, source, ctx)
    text = _text_at(source, path)
    if within(found, _CONTRADICTING):
        ctx.note("metastasis-of-another-tumor", source.resource, path)
    if liver := _liver(found, source):
        present, reading = _presence(found, source)
        yield source.finding(LIVER_PRESENT, present, path, text, liver, reading=reading)
    if elsewhere := [m for m in within(found, _ORGAN) if m.word != _UNSPECIFIED]:
        yield source.finding(
            METASTASIS, STATED, path, text, elsewhere[0], components=_components(found)
        )
    elif not liver:
        parts, doubt = _of_body_site(source)
        yield source.finding(
            METASTASIS, STATED, path, text, found[0], components=parts, reading=doubt
        )


def _text_at(source: Source, path: str) -> str | None:
    name, _, at = path.rstrip("]").partition("[")
    return recorded_text(items(source.data, name)[int(at)] if at else item(source.data, name))


def _liver(found: tuple[Matched, ...], source: Source) -> Matched | None:
    """Return the code that says liver, or that leaves the organ to a body site that does."""
    named = within(found, _LIVER, _PAST, _CONTRADICTING)
    told = [m for m in within(found, _ORGAN) if m.word != _UNSPECIFIED]
    if not named and not told and _LIVER_SITE in source.body_sites:
        return found[0]
    return named[0] if named else None


def _presence(found: tuple[Matched, ...], source: Source) -> tuple[bool | Unknown, Reading]:
    if within(found, _CONTRADICTING) and not within(found, _LIVER):
        return CONFLICTING, source.resource.reading
    past = within(found, _PAST) and not within(found, _LIVER)
    asserted = source.resource.reading is Reading.ASSERTED
    return True, Reading.PAST if past and asserted else source.resource.reading


def _components(found: tuple[Matched, ...]) -> Components:
    """Return class and organ; a class that the code does not tell is left out."""
    said = words(within(found, _ORGAN)).keys() - {_UNSPECIFIED}
    classes, names = said - _PLACES_ONLY, sorted(words(within(found, _ORGAN_NAME)))
    components: Components = {"organ": ", ".join(names or sorted(said))}
    if len(classes) > 1:
        components["focus-class"] = CONFLICTING
    for word in classes if len(classes) == 1 else ():
        components["focus-class"] = word
    return components


def _of_body_site(source: Source) -> tuple[Components, Reading | None]:
    """Return the organ; a site that nobody can read may be any, so the disease is suspected."""
    if sites := sorted(site for site in source.body_sites if site != _LIVER_SITE):
        return {"organ": ", ".join(sites)}, None
    unread = [text for site in items(source.data, "bodySite") if (text := recorded_text(site))]
    if source.body_sites or not unread:
        return _NO_ORGAN, None
    components: Components = {"organ": ", ".join(unread), "focus-class": NOT_MAPPED}
    return components, _at_most_suspected(source)


def _at_most_suspected(source: Source) -> Reading | None:
    return None if source.resource.reading is Reading.ABSENT else Reading.SUSPECTED


# --- Observations ---------------------------------------------------------------------------------


def place(asked: Asked) -> Iterator[Finding]:
    """Yield the metastases that an Observation locates (385421009)."""
    value = asked.value
    if value is None:
        if asked.is_absent:
            yield _without_organ(asked, ASKED)
        return
    found = asked.meanings()
    liver = (*within(found, _LIVER), *_at(found, liver=True))
    places, sites = within(found, _ORGAN), _at(found, liver=False)
    if liver:
        yield asked.finding(LIVER_PRESENT, STATED, liver[0])
    if places:
        yield asked.finding(METASTASIS, STATED, places[0], components=_components(found))
    elif sites:
        organ = ", ".join(sorted(words(sites)))
        yield asked.finding(METASTASIS, STATED, sites[0], components={"organ": organ})
    elif not liver and _answers(found):
        yield from _status(asked, found)
    elif not liver:
        yield _unmapped(asked)


def _at(found: tuple[Matched, ...], *, liver: bool) -> tuple[Matched, ...]:
    return tuple(m for m in within(found, BODY_SITE) if (m.word == _LIVER_SITE) is liver)


def _unmapped(asked: Asked) -> Finding:
    """A place that no list names: suspected, so that it neither vanishes nor proves anything."""
    value = asked.value
    if value is None or not any(codings(value.json, asked.ctx.codes)):
        return _without_organ(asked, TEXT_ONLY)
    components: Components = {"organ": value.text, "focus-class": NOT_MAPPED}
    return asked.finding(METASTASIS, STATED, components=components, reading=Reading.SUSPECTED)


def status(asked: Asked) -> Iterator[Finding]:
    """Yield whether there are distant metastases: status (399608002), TNM M, mCODE history.

    "Distant" includes the liver: absence is said of both, presence leaves the organ open, unless a
    body site tells it. M1a, M1b and M1c mean what the chapter of the tumor says and are only M1
    here (T28).
    """
    if asked.value is None:
        if asked.is_absent:
            yield _without_organ(asked, ASKED)
    elif (told := _boolean(asked)) is not None:
        yield from _told(asked, told)
    else:
        yield from _status(asked, asked.meanings())


def _boolean(asked: Asked) -> bool | None:
    content = asked.value.content if asked.value else None
    return content if isinstance(content, bool) else None


def _told(
    asked: Asked, present: Value | Unknown, match: Matched | None = None
) -> Iterator[Finding]:
    parts, doubt = _of_body_site(asked.source)
    if present is False:
        yield _without_organ(asked, present, match)
        if parts == _NO_ORGAN:  # absence at one other place says nothing of the liver
            yield asked.finding(LIVER_PRESENT, present, match)
    else:
        if parts != _NO_ORGAN and asked.asks(_M_QUESTION):  # it may be where the primary lies
            doubt = _at_most_suspected(asked.source)
        yield asked.finding(METASTASIS, present, match, components=parts, reading=doubt)


def _without_organ(asked: Asked, value: Value | Unknown, match: Matched | None = None) -> Finding:
    return asked.finding(METASTASIS, value, match, components=_NO_ORGAN)


def _answers(found: tuple[Matched, ...]) -> tuple[Matched, ...]:
    return within(found, *_STATUS, _M)


def _status(asked: Asked, found: tuple[Matched, ...]) -> Iterator[Finding]:
    answers = _answers(found)
    said = words(answers)
    absent, present = said.keys() & _ABSENT, said.keys() & _PRESENT
    if bool(absent) != bool(present):
        yield from _told(asked, bool(present), said[min(absent | present)])
    elif absent:
        yield from _told(asked, CONFLICTING, answers[0])
    elif said:
        yield _without_organ(asked, ASKED, answers[0])
    else:
        yield _without_organ(asked, NOT_EXACT if answers else NOT_MAPPED)


def history(asked: Asked) -> Iterator[Finding]:
    """Yield mCODE HistoryOfMetastaticCancer: false says there is none; true, there was or is."""
    if _boolean(asked):
        parts, doubt = _of_body_site(asked.source)
        yield asked.finding(METASTASIS, STATED, components=parts, reading=doubt or Reading.PAST)
    else:
        yield from status(asked)


def mesentery(asked: Asked) -> Iterator[Finding]:
    """Yield a mass in the mesentery (Dutch protocol): a focus whose class is not told."""
    present, match = _is_there(asked)
    if present not in {None, ASKED}:
        yield asked.finding(METASTASIS, present, match, components={"organ": _MESENTERY})


def named(asked: Asked) -> Iterator[Finding]:
    """Yield a metastasis that the question code itself names, by an answer of yes or no."""
    present, match = _is_there(asked)
    if present is None:
        return
    if asked.asks(_LIVER):
        yield asked.finding(LIVER_PRESENT, present, match)
    elif present != ASKED:
        found = matched(item(asked.part, "code"), asked.ctx.codes)
        yield asked.finding(METASTASIS, present, match, components=_components(found))


def _is_there(asked: Asked) -> tuple[bool | Unknown | None, Matched | None]:
    """Return what the answer says; None without an answer."""
    if asked.value is None:
        return (ASKED, None) if asked.is_absent else (None, None)
    if (told := _boolean(asked)) is not None:
        return told, None
    said = words(within(asked.meanings(), *_STATUS))
    if len(said) != 1:
        return CONFLICTING if said else NOT_MAPPED, None
    word, match = next(iter(said.items()))
    return (word in _PRESENT, match) if word in _PRESENT | _ABSENT else (ASKED, match)
