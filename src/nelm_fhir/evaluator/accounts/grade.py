"""How grade and histology are told: the grade, by which values, in which specimen."""

from collections.abc import Iterator, Sequence
from typing import Final

from nelm_fhir.assessment.told import Aside, Claims, Fact, Recorded, Term, Told
from nelm_fhir.core.evidence import Unused
from nelm_fhir.core.logic import MET, NOT_MET
from nelm_fhir.core.unknown import Reason
from nelm_fhir.evaluator import facts
from nelm_fhir.evaluator.account import (
    NONE,
    Account,
    Filling,
    absent,
    account,
    beside,
    say,
    set_aside,
    teller,
)
from nelm_fhir.evaluator.definitions.grade import judge_grade
from nelm_fhir.evaluator.definitions.grading import (
    Grade,
    GradedSpecimen,
    effective_grade,
    grades_of,
    has_carcinoma,
    other_grading_scale,
    specimens,
)
from nelm_fhir.evaluator.definitions.proliferation_text import UNREADABLE, Reading
from nelm_fhir.evaluator.judgment import Judgment
from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.criteria import Ask
from nelm_fhir.knowledge.tables import GradeLimits

Specimens = Sequence[GradedSpecimen]


GRADED: Final = {"graded": "grade grounds specimen"}
CARCINOMA: Final = {"carcinoma": "specimen finding"}
G3: Final = {"g3": "grounds specimen"}
OPEN: Final = {
    "other-scale": "site",
    "none": "",
    "unclear": "why",
    "unreadable": "text specimen",
    "open-to-g3": "grade grounds specimen",
    "not-shown-net": "",
    "unclear-net": "why",
}
ELSEWHERE: Final = {"elsewhere": "grade specimen", "unreadable-elsewhere": "text specimen"}


@teller("grade-criterion", met=GRADED, not_met={**CARCINOMA, **G3}, unknown=OPEN, beside=ELSEWHERE)
def grade(view: View, _ask: Ask, _judged: Judgment) -> Account:
    """Tell the highest grade."""
    return _grade(view)


@teller(
    "functional-histology",
    not_met=CARCINOMA,
    unknown={**OPEN, **G3},
    not_applicable=GRADED,
    beside=ELSEWHERE,
)
def functional_histology(view: View, _ask: Ask, _judged: Judgment) -> Account:
    """Tell the highest grade, on which a text that speaks of functional NET rests, too."""
    return _grade(view)


def _grade(view: View) -> Account:
    judged = view.shared(judge_grade)
    voting = [one for one in specimens(view) if one.lowest or one.carcinoma or one.shown_net]
    aside = _later(view)
    if has_carcinoma(view):
        return _carcinoma(view, voting, aside)
    if other_grading_scale(view):
        return account([told_other_scale(view)], _facts(view, voting), aside)
    if judged.status is MET:
        leading = _highest(view, voting)
        told = [_ground(view, "graded", leading[0])]
    elif judged.status is NOT_MET:
        leading = [one for one in voting if one.lowest is Grade.G3]
        told = [_ground(view, "g3", leading[0])]
    else:
        return _open(view, voting, judged, aside)
    return account(told, _facts(view, leading), [*_lower(view, voting), *aside])


@teller(
    "no-carcinoma",
    met={"clear": "specimen"},
    not_met={"carcinoma": "specimen finding"},
    unknown={"none": "", "unclear": "why"},
)
def no_carcinoma(view: View, _ask: Ask, judged: Judgment) -> Account:
    """Tell carcinoma, or that a liver metastasis is shown to be none."""
    typed = [one for one in specimens(view) if one.carcinoma or one.shown_net]
    if judged.status is NOT_MET:
        return _carcinoma(view, typed, _later(view))
    shown = [one for one in typed if one.is_liver and one.shown_net]
    if judged.status is MET:
        told = say("clear", specimen=facts.specimen(view, shown[0].key))
        return account([told], _facts(view, typed), _later(view))
    aside = set_aside(_facts(view, typed), Unused.NOT_LIVER)
    return account([absent(judged.reason)], _unknown_liver(view), [*aside, *_later(view)])


def _carcinoma(view: View, among: Specimens, aside: Sequence[Aside]) -> Account:
    found = [one for one in among if one.carcinoma]
    told = [
        say("carcinoma", specimen=facts.specimen(view, one.key), finding=_finding(view, one))
        for one in found
    ]
    return account(told, _facts(view, found), [*_lower(view, among), *aside])


def _finding(view: View, one: GradedSpecimen) -> Term:
    """Return what makes the specimen a carcinoma."""
    if one.specimen.histology in view.tables.grading.carcinoma_histologies:
        return Term("specimen.histology", str(one.specimen.histology))
    return Term("carcinoma.differentiation", str(one.specimen.differentiation))


def told_other_scale(view: View) -> Told:
    """Tell that the primary lies where tumors are graded otherwise."""
    sites = {primary.site or "" for primary in view.profile.primaries.values()}
    other = sorted(sites & view.tables.grading.other_scale_sites)
    return say("other-scale", site=tuple(Term("primary.site", site) for site in other))


def _open(view: View, voting: Specimens, judged: Judgment, aside: Sequence[Aside]) -> Account:
    """Tell why the grade is open, in the order of the definition."""
    if not any(one.is_liver and one.graded for one in specimens(view)):
        others = [told for one in voting for told in _elsewhere(view, one)]
        elsewhere = set_aside(_facts(view, [s for s in voting if not s.is_liver]), Unused.NOT_LIVER)
        told = [absent(judged.reason), *others]
        return account(told, _unknown_liver(view), [*elsewhere, *aside])
    if judged.reason is Reason.UNREADABLE:
        told = [sentence for one in specimens(view) for sentence in _unread(view, one)]
    elif judged.reason is Reason.STRADDLES_LIMIT:
        told = [_ground(view, "open-to-g3", _highest(view, voting)[0])]
    else:
        told = [_not_net(judged)]
    return account(told, _facts(view, specimens(view)), aside)


def _not_net(judged: Judgment) -> Told:
    told = absent(judged.reason)
    return say("not-shown-net") if told.case == NONE else say("unclear-net", **told.words)


def _elsewhere(view: View, one: GradedSpecimen) -> Iterator[Told]:
    """Yield what a specimen says that is no graded liver metastasis."""
    for told in _unread(view, one):
        yield beside("unreadable-elsewhere", **told.words)
    if one.graded and not one.unreadable and one.lowest and one.highest:
        specimen = facts.specimen(view, one.key)
        yield beside("elsewhere", grade=_between(one.lowest, one.highest), specimen=specimen)


def _unread(view: View, one: GradedSpecimen) -> Iterator[Told]:
    texts = ((one.ki67, one.specimen.ki67_text), (one.mitoses, one.specimen.mitoses_text))
    for reading, text in texts:
        if reading == UNREADABLE:
            yield say(
                "unreadable", text=Recorded(str(text)), specimen=facts.specimen(view, one.key)
            )


def _ground(view: View, case: str, one: GradedSpecimen) -> Told:
    """Tell a grade by the values of one specimen that vote for it."""
    specimen, by_low = facts.specimen(view, one.key), case == "g3"
    names = tuple(_votes(view, one, by_low=by_low))
    words: Filling = {"grounds": Claims(specimen, names), "specimen": specimen}
    if by_low:
        return say(case, **words)
    overall = effective_grade(view)
    return say(case, grade=_between(overall.lowest, overall.highest), **words)


def _votes(view: View, one: GradedSpecimen, *, by_low: bool) -> Iterator[str]:
    """Yield the elements that give a specimen its highest grade; `by_low`, those that prove it."""
    tables = view.tables.grading
    wanted = one.highest
    place = 0 if by_low else 1
    if _vote(one.ki67, tables.ki67, place) is wanted:
        yield "ki67_text"
    if _vote(one.mitoses, tables.mitoses, place) is wanted:
        yield "mitoses_text"
    if one.reported is wanted:
        yield "reported_grade"
    word = tables.grade_of_differentiation.get(one.specimen.differentiation or "")
    if word and Grade[word] is wanted:
        yield "differentiation"


def _vote(reading: Reading | None, limits: GradeLimits, place: int) -> Grade | None:
    if reading is None or reading.amount is None:
        return None
    return grades_of(reading.amount, limits)[place]


def _highest(view: View, voting: Specimens) -> list[GradedSpecimen]:
    """Return the specimens that reach the highest grade, liver metastases first."""
    highest = effective_grade(view).highest
    leading = [one for one in voting if one.highest is highest]
    return sorted(leading, key=lambda one: not one.is_liver)


def _between(lowest: Grade, highest: Grade) -> Term:
    return Term("grade", f"{lowest.name}-{highest.name}")


def _lower(view: View, among: Specimens) -> list[Aside]:
    return [
        Aside(facts.specimen(view, one.key), Unused.LOWER_GRADE if one.lowest else Unused.NO_GRADE)
        for one in among
    ]


def _unknown_liver(view: View) -> list[Fact]:
    """Return liver specimens that are there and say nothing that could be used."""
    return _facts(view, [one for one in specimens(view) if one.is_liver])


def _later(view: View) -> list[Aside]:
    return set_aside(
        [facts.specimen(view, key) for key in facts.later(view, "specimens")], Unused.FUTURE_DATED
    )


def _facts(view: View, among: Specimens) -> list[Fact]:
    return [facts.specimen(view, one.key) for one in among]
