"""The page of `nelm explain`: every fact once, every criterion in its place, all evidence on it.

To renew the expected pages after a wanted change, run this file as a module
(`python -m tests.unit.cli.test_explain`) and read the difference.
"""

import re
import tomllib
from pathlib import Path

import pytest
from msgspec import structs
from tests.unit.assessment.made import catalogue, vignette, vignettes, voice
from tests.unit.cli.run import MEETS_ALL, SAMPLES, nelm, process

import nelm_fhir
from nelm_fhir.assessment.criterion_sentences import criterion_sentence
from nelm_fhir.assessment.naming import AS_HEADING, named
from nelm_fhir.assessment.result import Assessment, Verdict
from nelm_fhir.cli.pages.explanation import explanation_page
from nelm_fhir.cli.pages.view import View
from nelm_fhir.core.evidence import Evidence

GOLDEN = Path(__file__).parent / "golden"
SHOWN = {
    "V19": "no evidence: facts stand without a source",
    "V40": "an equivocal focus",
    "V55": "outside the scope of every set",
}
BUNDLES = sorted(path.parent for path in SAMPLES.glob("*/sample.toml"))


def assessed(sample: Path) -> Assessment:
    day = str(tomllib.loads((sample / "sample.toml").read_text())["as_of"])
    return nelm_fhir.assess((sample / "bundle.json").read_bytes(), as_of=day)


def page_of(assessment: Assessment, width: int = 80) -> str:
    return explanation_page(assessment, catalogue(), View(width))


def shown(name: str) -> str:
    """Return the page of a vignette without the digest of the catalogue, which changes often."""
    return re.sub(r"sha256:[0-9a-f]{12}", "sha256:------------", page_of(vignette(name)))


def joined(text: str) -> str:
    """Return the words of a page without its line breaks."""
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("name", list(SHOWN))
def test_the_page_of_a_vignette_is_as_it_was_read_and_approved(name: str):
    assert shown(name) == (GOLDEN / f"explain-{name}.txt").read_text("utf-8")


@pytest.mark.parametrize("sample", BUNDLES, ids=lambda sample: sample.name)
def test_all_evidence_of_every_criterion_stands_on_the_page(sample: Path):
    assessment = assessed(sample)
    page = joined(page_of(assessment, 120))
    items = {item for v in assessment.verdicts for c in v.criteria for item in c.evidence}
    aside = {a.evidence for v in assessment.verdicts for c in v.criteria for a in c.set_aside}
    assert items
    for item in items | {one for one in aside if one.text}:
        for word in (item.resource, item.recorded, shown_text(item)):
            assert word is None or word in page, (item.resource, word)


def shown_text(item: Evidence) -> str | None:
    return f"“{joined(item.text)}”" if item.text else None


@pytest.mark.parametrize("sample", BUNDLES, ids=lambda sample: sample.name)
def test_every_fact_stands_once_and_every_number_that_is_cited_has_its_fact(sample: Path):
    assessment = assessed(sample)
    told = page_of(assessment).split("AND WHERE EACH WAS READ")[1]
    facts, sets = re.split("\n(?:MILAN 2007|NOT APPLICABLE)", told, maxsplit=1)
    numbers = re.findall(r"^\[(\d+)\]", facts, re.MULTILINE)
    assert numbers == [str(number + 1) for number in range(len(assessment.facts))]
    cited = sets.split("\nTHE RECORD")[0]
    assert set(re.findall(r"\[(\d+)\]", cited)) <= set(numbers)


def test_every_criterion_has_its_place_once_with_its_sentence():
    for name in list(vignettes())[::7]:
        page = page_of(vignette(name))
        for verdict in vignette(name).verdicts:
            judged = verdict.verdict is not Verdict.NOT_APPLICABLE
            for result in verdict.criteria if judged else ():
                assert len(re.findall(rf"^\S {result.id}  ", page, re.MULTILINE)) >= 1
                assert joined(criterion_sentence(result, voice())) in joined(page)


def test_what_decides_comes_first_and_what_never_counts_last():
    page = page_of(vignette("V14")).split("ESMO 2020, VERSION")[1].split("LA FE")[0]
    deciding, others = page.index("Deciding the verdict"), page.index("The other criteria")
    assert deciding < page.index("ESMO-BURD") < others < page.index("ESMO-AGE")
    milan = page_of(vignette("V14")).split("MILAN-NET 2016, VERSION")[1].split("ENETS")[0]
    assert milan.index("never counting") < milan.index("M16-AGE  ")


def test_the_verdict_says_how_much_would_have_to_change():
    page = joined(page_of(vignette("V26")))
    assert "The earliest date is 1 December 2026, if nothing else changes." in page
    assert "One criterion decides; it would have to change before the verdict could." in page


def test_a_set_can_be_asked_for_alone_and_only_its_facts_are_told():
    all_sets = nelm("explain", MEETS_ALL, "--as-of", "2026-06-01").stdout
    one = nelm("explain", MEETS_ALL, "--as-of", "2026-06-01", "--set", "milan-2007").stdout
    assert "Functional syndrome" in all_sets
    assert "Functional syndrome" not in one
    assert "ESMO-BURD" not in one
    assert "M07-BURD" in one


def test_what_was_left_out_of_the_record_is_named_with_its_reason():
    shown_page = nelm("explain", MEETS_ALL, "--as-of", "2026-06-01").stdout
    end = joined(shown_page.split("THE RECORD")[1])
    assert re.search(r"– Condition/\S+, Bundle\.entry\[\d+\]\.resource: entered in error", end)


def test_sources_and_policies_stand_in_full_at_the_end():
    end = joined(nelm("explain", MEETS_ALL, "--as-of", "2026-06-01").stdout.split("SOURCES")[1])
    assert "S1 Citterio et al. Curr Treat Options Oncol 2023" in end
    assert "POL-04 Milan 2007" in end
    assert "L42" not in end


def test_a_conflict_shows_both_statements_with_their_resources():
    items = [
        {
            "resource": f"Observation/{name}",
            "path": "Observation.value",
            "text": word,
            "reason": "conflicting",
        }
        for name, word in (("a", "unresectable"), ("b", "resectable"))
    ]
    record = {**vignettes()["V01"].record}
    liver = {k: v for k, v in record["liver"].items() if k != "resectability"}
    liver["evidence"] = {"resectability": {"set_aside": items, "reason": "conflicting"}}
    page = joined(page_of(judged_record({**record, "liver": liver})))
    assert (
        "Whether the liver metastases can be resected is not known: statements contradict" in page
    )
    for name, word in (("a", "unresectable"), ("b", "resectable")):
        assert f"Observation/{name}, value: “{word}”" in page
    assert page.count("resectability, set aside: contradicts another statement") == 2


def judged_record(record: dict) -> Assessment:
    from tests.unit.assessment.made import judged

    return judged(structs.replace(vignettes()["V01"], record=record))


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int):
    for sample in BUNDLES[::3]:
        for line in page_of(assessed(sample), width).split("\n"):
            assert len(line) <= width


def test_color_changes_no_word_and_a_pipe_gets_none():
    plain = explanation_page(vignette("V40"), catalogue(), View(80))
    colored = explanation_page(vignette("V40"), catalogue(), View(80, color=True))
    uncolored = re.sub(r"\x1b\[[0-9;]*m", "", colored)
    assert "\x1b[" in colored
    assert [line.rstrip() for line in uncolored.split("\n")] == plain.split("\n")
    assert b"\x1b" not in process("explain", MEETS_ALL, "--as-of", "2026-06-01").stdout


def test_a_terminal_without_unicode_gets_every_word():
    done = process(
        "explain", MEETS_ALL, "--as-of", "2026-06-01", PYTHONIOENCODING="ascii", PYTHONUTF8="0"
    )
    assert done.returncode == 0
    text = done.stdout.decode("ascii")
    assert "+ M07-BURD" in text
    assert '"<= 50% of liver"' in text
    assert "?" not in text.split("MILAN 2007, VERSION")[1].split("Basis")[0]


def test_every_thing_has_a_heading():
    for name in vignettes():
        for fact in vignette(name).facts.values():
            assert named(catalogue().texts.wording, fact, AS_HEADING)


if __name__ == "__main__":
    for one in SHOWN:
        (GOLDEN / f"explain-{one}.txt").write_text(shown(one), "utf-8")
