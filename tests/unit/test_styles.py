"""How hospitals write: every code of a style is read as the style means it, noise never."""

import re
from collections.abc import Iterator

import pytest
from tests.unit.assessment.made import catalogue
from tests.unit.shipped_codes import shipped

from nelm_fhir.core.codes import Code, Coding
from nelm_fhir.errors import KnowledgeError
from nelm_fhir.knowledge.files import style_files
from nelm_fhir.knowledge.style_reading import build_styles, load_noise, load_styles
from nelm_fhir.knowledge.styles import Codings, Style
from nelm_fhir.mappers import places
from nelm_fhir.profile.candidate import Part, Profile

STYLES = load_styles()
MEANS = {
    "grade-answer-general": {"G1": "grade-1", "G2": "grade-2", "G3": "grade-3"},
    "histology": {"NEC": "carcinoma"},
}
"""Words of a style whose code says it in a word of the mappers."""
LIST_OF = {"distant-part": "response-answer"}
"""Tables of a style whose codes stand in a list of another name."""
BESIDE = {"primary-site": "primary-site-plain", "grade-answer": "grade-answer-general"}
"""Lists whose codes may stand beside one that says the word by itself."""
BY_NAME = frozenset({"grade-net", "other-cancer", "scan-modality"})
"""Tables whose keys are no words of a list: organs, texts, and combinations of codes."""


def codings_asked() -> Iterator[tuple[str, str, Coding]]:
    for style in STYLES.values():
        for group, codings in style.questions.items():
            for coding in codings:
                yield style.id, group, coding


def codings_said() -> Iterator[tuple[str, str, str, Coding]]:
    for style in STYLES.values():
        for group, words in style.answers.items():
            for word, codings in words.items():
                for coding in codings:
                    yield style.id, group, word, coding


def words_of(code: Code, group: str) -> set[str | None]:
    return {hit.word for hit in shipped().hits(code) if hit.group == group and hit.exact}


def groups_of(code: Code) -> set[str]:
    return {hit.group for hit in shipped().hits(code)}


# --- codes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("style", "group", "coding"), list(codings_asked()), ids=str)
def test_every_question_of_a_style_is_one_that_is_listened_to(style, group, coding):
    assert group in groups_of(coding.code)


@pytest.mark.parametrize(("style", "group", "word", "coding"), list(codings_said()), ids=str)
def test_every_answer_of_a_style_is_read_as_the_word_it_stands_for(style, group, word, coding):
    if group in BY_NAME:
        assert group in groups_of(coding.code) or group == "scan-modality"
        return
    assert word in read_as(coding.code, group)


def read_as(code: Code, group: str) -> set[str | None]:
    """The words of a code in words of a style, by its own list or one that may stand beside it."""
    found: set[str | None] = set()
    for name in filter(None, (LIST_OF.get(group, group), BESIDE.get(group))):
        said = words_of(code, name)
        means = {word for word, mapped in MEANS.get(name, {}).items() if mapped in said}
        found |= said | means
    return found


def test_a_code_that_may_stand_beside_another_never_stands_alone():
    for style in STYLES.values():
        for group in BESIDE:
            for word, codings in style.answers.get(group, {}).items():
                assert any(word in words_of(coding.code, group) for coding in codings)


def test_a_carcinoma_code_never_stands_alone_for_nec():
    for style in STYLES.values():
        if codings := style.answers["histology"].get("NEC"):
            said = {w for coding in codings for w in words_of(coding.code, "histology")}
            assert "NEC" in said


def test_the_modalities_of_a_study_are_those_of_the_table():
    for word, codings in STYLES["plain"].answers["scan-modality"].items():
        dicom = [str(next(iter(words_of(coding.code, "modality")))) for coding in codings]
        assert catalogue().attested.modality(dicom) == word


def test_the_codes_of_a_primary_say_nothing_of_its_histology():
    for style in STYLES.values():
        tables = [style.answers.get(key, {}) for key in ("primary-site", "primary-site-plain")]
        codings = [c for table in tables for one in table.values() for c in one]
        for coding in (*codings, *style.questions.get("neuroendocrine", ())):
            assert not words_of(coding.code, "histology"), coding.code


def rows(style: Style) -> list[tuple[str, str | None, Codings]]:
    return [(row.organ, row.focus_class, row.codings) for row in style.foci]


@pytest.mark.parametrize("style", sorted(STYLES))
def test_the_codes_of_a_focus_tell_its_organ_and_its_class(style: str):
    for organ, focus_class, codings in rows(STYLES[style]):
        for coding in codings:
            by_place = words_of(coding.code, "body-site")
            assert organ in words_of(coding.code, "metastasis-organ-name") | by_place
            told = words_of(coding.code, "metastasis-organ") - {"elsewhere", "unknown-node"}
            assert told == ({focus_class} if focus_class else set())


def test_noise_and_local_codes_mean_nothing_to_any_mapper():
    quiet = [coding for row in load_noise() for coding in row.codings]
    quiet += [c for style in STYLES.values() for one in style.other.values() for c in one]
    assert [coding.code for coding in quiet if shipped().knows(coding.code)] == []


def test_every_extension_of_a_style_is_one_that_mappers_look_for():
    known = {
        url
        for name in ("MORPHOLOGY", "RELATED_CONDITION", "EVIDENCE_TYPE", "LATERALITY")
        for url in getattr(places, name)
    }
    for style in STYLES.values():
        assert set(style.extensions.values()) <= known


# --- carriers and texts ---------------------------------------------------------------------------


def elements(part: type[Part], above: tuple[str, ...] = ()) -> Iterator[str]:
    """Every element of rules 15.2, entries without their id."""
    for name, field in part.model_fields.items():
        inner = [one for one in parts_in(field.annotation) if issubclass(one, Part)]
        path = (*above, field.alias or name)
        if name == "evidence" or path in {("as_of",), ("options",)}:
            continue
        if inner:
            yield from elements(inner[0], path)
        else:
            yield ".".join(path)


def parts_in(annotation: object) -> Iterator[type]:
    if isinstance(annotation, type) and not getattr(annotation, "__args__", ()):
        yield annotation
    for one in getattr(annotation, "__args__", ()):
        yield from parts_in(one)


@pytest.mark.parametrize("style", sorted(STYLES))
def test_a_style_says_of_every_element_how_it_is_carried(style: str):
    found = list(elements(Profile))
    assert "primaries.resection.margin" in found
    assert "scans.foci" in found
    assert [
        e for e in found if STYLES[style].carrier(e).element not in STYLES[style].carriers
    ] == []


@pytest.mark.parametrize("style", sorted(STYLES))
def test_a_style_names_no_element_that_there_is_not(style: str):
    found = set(elements(Profile))
    for line in STYLES[style].carriers:
        assert any(one == line or one.startswith(f"{line}.") for one in found), line


def test_only_the_messy_hospital_leaves_anything_in_text():
    losing = {s.id for s in STYLES.values() if any(c.lost for c in s.carriers.values())}
    assert losing == {"messy"}


def test_every_hospital_has_the_same_phrases():
    (names,) = {frozenset(style.texts) for style in STYLES.values()}
    assert "board" in names


def test_the_noise_has_a_name_in_the_language_of_every_style():
    spoken = {style.language for style in STYLES.values()}
    assert all(spoken <= set(row.texts) for row in load_noise())


# --- reading --------------------------------------------------------------------------------------


def test_every_fault_of_a_style_is_named_at_once():
    files = dict(style_files())
    wrong = files["plain.toml"].replace(b'"searchset"', b'"heap"')
    wrong = wrong.replace(b"loinc#29593-1", b"lonic#29593-1")
    wrong = re.sub(rb'("liver.frilling_type" *= )"attested"', rb'\1"atested"', wrong)
    files["plain.toml"] = wrong
    with pytest.raises(KnowledgeError) as refused:
        build_styles(files, {"snomed": "s", "loinc": "l", "dicom": "d"})
    faults = "\n".join(refused.value.faults)
    assert "plain.toml: bundle: type of Bundle 'heap' is not known" in faults
    assert "plain.toml: asks.ki67: code system 'lonic' is not known; nearest: 'loinc'" in faults
    assert "carrier 'atested' is not known; nearest: 'attested'" in faults
