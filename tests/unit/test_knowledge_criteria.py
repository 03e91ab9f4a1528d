"""Every criterion of the shipped sets against a table transcribed from rules section 3.

The table says per criterion: kind, what is asked with every sign and number, basis and policy. It
was written from the rule book, not from the files.
"""

import pytest
from tests.unit.knowledge_copies import shipped

from nelm_fhir.core.amounts import plain
from nelm_fhir.knowledge.criteria import Ask, Criterion, Group, Kind

EHD_GUARD = "extrahepatic-state family=sstr-pet AND solid-organ-history"
EHD = "extrahepatic-state"
SCAN = "reported-scan"
BURDEN = "liver-involvement"
HILAR = "history=solid-organ-open only_hilar_nodes=unknown"
GEP_PORTAL = "primary-site column=gep AND primary-site column=portal"

# id | kind | what is asked | basis and policy
TABLE = f"""
M07-HIST    | requirement | grade-criterion                     | second-hand POL-04
M07-HIGH    | exclusion   | no-carcinoma                        | second-hand
M07-DRAIN   | requirement | primary-site column=m07-range       | second-hand
M07-PRIM    | requirement | curatively-removed                  | second-hand
M07-EHD     | guard       | {EHD_GUARD}                         | POL-03
M07-BURD    | requirement | liver-involvement <= 50 %           | second-hand
M07-STAB    | clock       | stability-clock >= 6 mo             | second-hand
M07-AGE     | requirement | age <= 55 a                         | second-hand POL-05
M07-COM     | exclusion   | comorbidity-absent                  | second-hand
M16-GRADE   | requirement | grade-criterion                     | paper
M16-DRAIN   | requirement | primary-site column=portal          | paper
M16-PRIM    | requirement | curatively-removed                  | paper
M16-BURD    | requirement | liver-involvement < 50 %            | paper
M16-STAB    | clock       | stability-clock >= 6 mo             | paper
M16-EHD     | requirement | {EHD} family=sstr-pet {HILAR} | paper POL-03 POL-21
M16-AGE     | relative    | age < 60 a                          | paper
M16-KI67    | relative    | effective-ki67 < 10 %               | paper
M16-UNRES   | note        |                                     | paper
E16-DEFAULT | note        |                                     | second-hand
E16-FUNC    | requirement | functional-syndrome                 | second-hand
E16-EXT     | requirement | extended-disease                    | second-hand POL-26
E16-REFR    | requirement | refractory-to-systemic-therapies    | second-hand POL-25
E16-HIST    | exclusion   | functional-histology                | second-hand POL-03
E16-PRIM    | guard       | removed                             | POL-03
E16-EHD     | guard       | {EHD_GUARD}                         | POL-03
OPTN-STATUS | note        |                                     | abstract
OPTN-BOARD  | note        |                                     | abstract
OPTN-RES6   | clock       | removed AND resection-clock >= 6 mo | second-hand
OPTN-LIVER  | requirement | {EHD} family=optn AND bilobar AND unresectable | second-hand
OPTN-GEP    | requirement | {GEP_PORTAL}                        | second-hand
OPTN-SITEX  | exclusion   | primary-site column=optn-sitex      | second-hand
OPTN-GRADE  | requirement | grade-criterion                     | second-hand
OPTN-MIT    | requirement | effective-mitoses < 20 /(2.mm2)     | second-hand
OPTN-KI67   | requirement | effective-ki67 < 20 %               | second-hand
OPTN-BURD   | requirement | liver-involvement <= 50 %           | second-hand
OPTN-WORK   | requirement | {EHD} family=optn      | second-hand
OPTN-IMG    | requirement | typical-liver-imaging               | second-hand
OPTN-UPD    | due         | list-update <= 3 mo                 | second-hand POL-35
OPTN-LPROG  | clock       | listed-progression-clock >= 6 mo    | second-hand
OPTN-NODE   | clock       | node-clock >= 6 mo family=optn      | second-hand
OPTN-SOLID  | exclusion   | solid-organ-exclusion family=optn   | second-hand
ESMO-SCOPE  | requirement | primary-site column=gep             | second-hand POL-15
ESMO-UNRES  | requirement | unresectable                        | second-hand
ESMO-EHD    | requirement | {EHD} family=sstr-pet  | second-hand POL-20
ESMO-KI67   | requirement | grade-criterion AND effective-ki67 < 10 % | second-hand
ESMO-PRIM   | requirement | removed                             | second-hand
ESMO-BURD   | requirement | liver-involvement < 50 %            | second-hand
ESMO-STAB   | clock       | stability-clock >= 6 mo             | second-hand
ESMO-AGE    | requirement | age < 60 a                          | second-hand POL-34
B-SITE      | requirement | {GEP_PORTAL}                        | paper
B-SITEX     | exclusion   | primary-site column=b-sitex         | paper
B-PRIM      | requirement | radically-removed                   | paper
B-GRADE     | requirement | grade-criterion                     | paper
B-KI67      | requirement | effective-ki67 < 10 %               | paper POL-24
B-MIT       | requirement | effective-mitoses < 20 /(2.mm2)     | paper
B-UNRES     | requirement | unresectable                        | paper
B-BURD      | requirement | {BURDEN} < 50 % OR (refractory AND {BURDEN} < 75 %) | paper
B-STAB      | clock       | stability-clock >= 6 mo             | paper
B-UPD       | due         | list-update <= 3 mo                 | paper POL-35
B-LPROG     | clock       | listed-progression-clock >= 6 mo    | paper
B-NODE      | clock       | node-clock >= 6 mo family=68ga-pet  | paper
B-SOLID     | exclusion   | solid-organ-exclusion family=68ga-pet | paper
B-EHD       | requirement | {EHD} family=68ga-pet  | paper POL-17 POL-18
B-PET       | requirement | reported-scan family=68ga-pet       | paper
B-IMG       | requirement | typical-liver-imaging               | paper
B-AGE       | relative    | age < 55 a                          | paper
C-PRIM      | requirement | removed AND nodes-removed           | paper
C-SIM       | exclusion   | no-simultaneous-resection           | paper
C-DRAIN     | requirement | primary-site column=portal          | paper
C-EHD       | requirement | {EHD} family=68ga-pet history=resected-deposits-only | paper POL-22
C-DEP       | relative    | no-resected-deposits                | paper
C-PET       | requirement | {SCAN} family=68ga-pet AND {SCAN} family=ct-or-mri | paper
C-GRADE     | requirement | grade-criterion                     | paper
C-KI67      | relative    | effective-ki67 < 10 %               | paper
C-WORST     | note        |                                     | paper
C-UNRES     | requirement | unresectable                        | paper
C-OBS       | clock       | observation-clock >= 3 mo           | paper POL-10
C-STAB      | clock       | stability-clock >= 3 mo progression=covered | paper POL-10
C-BURD      | requirement | liver-involvement <= 50 %           | paper POL-23
C-AGE       | relative    | age < 60 a                          | paper
C-PROG      | exclusion   | no-progression                      | paper
C-PANC      | relative    | not-pancreatic-head                 | paper
C-EXP       | note        |                                     | paper
"""
ROWS = [tuple(cell.strip() for cell in line.split("|")) for line in TABLE.strip().splitlines()]
CRITERIA = {c.id: c for found in shipped().sets.values() for c in found.criteria}


def in_words(question: Ask | Group | None, *, inner: bool = False) -> str:
    if question is None:
        return ""
    if isinstance(question, Ask):
        limit = "" if question.limit is None else plain(question.limit)
        compared = f"{question.test} {limit} {question.unit}" if question.test else ""
        parameters = [f"{key}={value}" for key, value in sorted(question.parameters.items())]
        return " ".join(part for part in (question.asks, compared, *parameters) if part)
    sign = {"all": " AND ", "any": " OR "}[question.joined]
    text = sign.join(in_words(part, inner=True) for part in question.parts)
    return f"({text})" if inner else text


def tags(criterion: Criterion) -> str:
    return " ".join([*([criterion.basis] if criterion.basis else []), *criterion.policy])


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_every_criterion_is_encoded_as_the_rule_book_has_it(row: tuple[str, ...]) -> None:
    criterion = CRITERIA[row[0]]
    assert (criterion.kind, in_words(criterion.question), tags(criterion)) == row[1:]


def test_there_is_no_other_criterion_and_the_order_is_that_of_the_rule_book() -> None:
    assert list(CRITERIA) == [row[0] for row in ROWS]


def test_the_sets_stand_in_the_order_of_the_rule_book_with_their_names() -> None:
    assert [(found.id, found.version, found.title) for found in shipped().sets.values()] == [
        ("milan-2007", "2007.1", "Milan 2007"),
        ("milan-net-2016", "2016.1", "Milan-NET 2016"),
        ("enets-2016", "2016.1", "ENETS 2016"),
        ("optn", "2025.1", "OPTN/UNOS exception guidance"),
        ("esmo-2020", "2020.1", "ESMO 2020"),
        ("la-fe-2026", "2026.1", "La Fe composite (Boscà Robledo 2026)"),
        ("citterio-2023", "2023.1", "Citterio 2023"),
    ]


def test_every_set_has_the_common_scope_and_only_esmo_its_own() -> None:
    common = {
        "SCOPE-ADULT",
        "SCOPE-POST-LT",
        "SCOPE-PRIMARY-LIVER",
        "SCOPE-HISTOLOGY",
        "SCOPE-NO-LIVER-METASTASES",
    }
    for found in shipped().sets.values():
        assert set(found.scope) == common | ({"ESMO-SCOPE"} if found.id == "esmo-2020" else set())


def test_the_option_of_la_fe_allows_ki67_up_to_20_inclusive() -> None:
    with_options = [c for c in CRITERIA.values() if c.options]
    assert [c.id for c in with_options] == ["B-KI67"]
    (option,) = with_options[0].options
    assert option.name == "la_fe_ki67_up_to_20"
    assert in_words(option.question) == "effective-ki67 <= 20 %"
    assert option.policy == ("POL-24",)


@pytest.mark.parametrize(
    ("criterion", "flag", "on", "under"),
    [
        ("M16-AGE", "M16-AGE", {"not-met", "unknown"}, None),
        ("B-AGE", "B-AGE", {"not-met", "unknown"}, None),
        ("C-AGE", "C-AGE", {"not-met", "unknown"}, None),
        ("C-DEP", "C-DEP", {"not-met"}, None),
        ("C-PANC", "C-PANC", {"not-met"}, None),
        ("E16-DEFAULT", "E16-DEFAULT", {"judged"}, None),
        ("C-OBS", "C-OBS-SHORT", set(), 6),
        ("C-STAB", "C-STAB-SHORT", set(), 6),
    ],
)
def test_a_flag_of_one_criterion_stands_with_it(
    criterion: str, flag: str, on: set[str], under: int | None
) -> None:
    rule = CRITERIA[criterion].flag
    assert rule is not None
    assert (rule.id, set(rule.on), rule.under) == (flag, on, under)


def test_no_other_criterion_raises_a_flag_alone() -> None:
    raising = {"M16-AGE", "B-AGE", "C-AGE", "C-DEP", "C-PANC", "E16-DEFAULT", "C-OBS", "C-STAB"}
    assert {c.id for c in CRITERIA.values() if c.flag} == raising


def test_what_counts_says_what_would_settle_it_and_a_note_has_its_text() -> None:
    for criterion in CRITERIA.values():
        if criterion.kind is Kind.NOTE:
            assert criterion.text
        else:
            assert criterion.settle
            assert criterion.text is None


def test_labels_fit_into_a_table_and_statements_are_sentences() -> None:
    for criterion in CRITERIA.values():
        assert 0 < len(criterion.label) <= 28
        assert criterion.statement[0].isupper()
        assert criterion.statement.endswith(".")


@pytest.mark.parametrize(
    ("criterion", "quote", "source"),
    [
        ("M07-BURD", "<= 50% of liver", "L2"),
        ("M16-BURD", "metastatic diffusion to <50% of the total liver volume", "S3"),
        ("M16-GRADE", "confirmed histology of low-grade (G1–G2) NET", "S3"),
        ("E16-REFR", "refractory to multiple systemic treatments", "S1"),
        (
            "OPTN-MIT",
            "Mitotic rate < 20 per 10 HPF with less than 20% ki 67 positive markers",
            "S1",
        ),
        ("ESMO-BURD", "metastatic diffusion < 50% of the total liver volume", "S1"),
        ("B-KI67", "the percentage of ki67 (< 10 %, some centers accept up to 20 %)", "S0"),
        ("C-BURD", "a liver involvement of more than 50% is associated with poor prognosis", "S1"),
    ],
)
def test_quotes_are_verbatim_with_their_signs(criterion: str, quote: str, source: str) -> None:
    found = CRITERIA[criterion]
    assert found.source is not None
    assert (found.quote, found.source.key) == (quote, source)


def test_the_second_wordings_that_the_rule_book_names_stand_beside_the_quote() -> None:
    further = {
        c.id: [(q.quote, q.source.key) for q in c.further] for c in CRITERIA.values() if c.further
    }
    assert further == {
        "M07-HIST": [("confirmed histology of low-grade (G1–G2) NET", "S3")],
        "M07-DRAIN": [("not drained by portal system", "L2")],
        "M07-AGE": [("below 55", "S0")],
        "M16-AGE": [("≤ 60 years", "L3")],
        "B-MIT": [("Mitotic rate < 20 per 10 HPF with less than 20% ki 67 positive markers", "S1")],
        "B-AGE": [("below 55", "S0")],
    }


def test_only_guards_and_two_policy_criteria_have_no_quote() -> None:
    without = {c.id for c in CRITERIA.values() if c.quote is None}
    assert without == {
        "M07-EHD",
        "E16-EHD",
        "E16-PRIM",
        "E16-HIST",
        "B-EHD",
        "C-STAB",
        "M16-UNRES",
    }


def test_nanets_and_the_uk_are_notes_beside_the_verdicts_they_refer_to() -> None:
    bodies = {body.id: body for body in shipped().bodies}
    assert [note.id for note in bodies["nanets"].notes] == ["NAN-COMP", "NAN-LIMIT"]
    assert bodies["nanets"].beside == ("milan-net-2016", "enets-2016")
    assert [note.id for note in bodies["uk"].notes] == ["UK-INIT", "UK-NEXT", "UK-MDT"]
    assert bodies["uk"].beside == ("milan-net-2016",)
    assert bodies["uk"].words == "National Board discretion"
    assert set(bodies) == {"nanets", "uk"}


def test_the_criterion_of_a_damaged_record_counts() -> None:
    record = shipped().record
    assert (record.id, in_words(record.question), record.policy) == (
        "RECORD",
        "record-intact",
        ("POL-36",),
    )
    assert record.kind.counts
