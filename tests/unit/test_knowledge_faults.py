"""Loading refuses what is wrong, names file and key, and reports all of it at once."""

import pytest
from tests.unit.knowledge_copies import ESMO, changed, faults_of

from nelm_fhir.errors import KnowledgeError
from nelm_fhir.evaluator.registry import SPECS
from nelm_fhir.knowledge.files import mapping_files
from nelm_fhir.knowledge.loader import build_catalogue

LA_FE = "criteria/la-fe-2026.toml"
CITTERIO = "criteria/citterio-2023.toml"
M07 = "criteria/milan-2007.toml"
M16 = "criteria/milan-net-2016.toml"
SITES = "definitions/sites.toml"
RULES = "outcomes/rules.toml"

AGE_FLAG = 'flag      = { id = "B-AGE", on = ["not-met", "unknown"] }'
SECOND = '\n\n[[criterion]]\nid        = "ESMO-BURD"'

# file | text | its replacement | the fault, with file and key
BROKEN = [
    (ESMO, 'settle    = "The full birth date"', 'setle = "x"', "ESMO-AGE.settle: is missing"),
    (ESMO, 'version  = "2020.1"', 'vresion = "2020.1"', "key 'vresion' is not known; nearest: 've"),
    (ESMO, '"liver-involvement"', '"liver-involvment"', "ESMO-BURD.asks: definition 'liver-involv"),
    (ESMO, 'column    = "gep"', 'colum = "gep"', "ESMO-SCOPE.column: is missing; primary-site"),
    (ESMO, 'column    = "gep"', 'colum = "gep"', "key 'colum' is not known; nearest: 'column'"),
    (ESMO, 'column    = "gep"', 'column = "gepp"', "ESMO-SCOPE.column: column 'gepp' is not kno"),
    (ESMO, 'family    = "sstr-pet"', 'family = "petct"', "ESMO-EHD.family: family 'petct' is not"),
    (ESMO, 'test      = "<"', 'test = "=<"', "ESMO-BURD.test: sign '=<' is not known"),
    (ESMO, 'test      = "<"\n', "", "ESMO-BURD.test: is missing"),
    (ESMO, "limit     = 50", 'limit = "50"', "ESMO-BURD.limit: must be a number"),
    (ESMO, "limit     = 50", "limit = true", "ESMO-BURD.limit: must be a number"),
    (ESMO, "limit     = 50", "limit = 150", "ESMO-BURD.limit: lies outside"),
    (ESMO, "limit     = 50", "limit = -1", "ESMO-BURD.limit: lies outside"),
    (ESMO, 'unit      = "mo"', 'unit = "a"', "ESMO-STAB.unit: 'a' does not fit stability-clock"),
    (ESMO, '"unresectable"', '"unresectable"\nlimit = 3', "ESMO-UNRES.limit: does not fit"),
    (ESMO, 'asks      = "removed"\n', "", "ESMO-PRIM: asks nothing"),
    (ESMO, 'asks      = "removed"\n', 'asks = "removed"\nall = []\n', "ESMO-PRIM: holds asks and"),
    (ESMO, 'kind      = "clock"', 'kind = "timer"', "ESMO-STAB.kind: kind 'timer' is not known"),
    (ESMO, 'basis     = "second-hand"', 'basis = "rumor"', "ESMO-SCOPE.basis: basis 'rumor'"),
    (ESMO, 'key = "S1", where = "Table 1"', 'key = "S9", where = "x"', "ESMO-UNRES.source: source"),
    (ESMO, 'key = "S1", where = "Table 1"', 'key = "L1", where = "x"', "L1 is not among the set's"),
    (
        ESMO,
        '{ key = "S1", where = "Table 1" }',
        '{ key = "S1" }',
        "ESMO-UNRES.source.where: is miss",
    ),
    (ESMO, 'policy    = ["POL-34"]', 'policy = ["POL-99"]', "ESMO-AGE.policy: policy 'POL-99'"),
    (ESMO, 'policy    = ["POL-34"]', 'policy = "POL-34"', "ESMO-AGE.policy: must be a list"),
    (ESMO, 'quote     = "previous removal of primary tumor"\n', "", "ESMO-PRIM: has neither quote"),
    (ESMO, 'label     = "Unresectable"', f'label = "{"x" * 29}"', "ESMO-UNRES.label: is longer"),
    (ESMO, 'label     = "Unresectable"', 'label = ""', "ESMO-UNRES.label: is empty"),
    (ESMO, 'ESMO-SCOPE"]', 'ESMO-SCOOP"]', "scope: scope id 'ESMO-SCOOP' is not known; nearest"),
    (ESMO, 'id        = "ESMO-PRIM"', 'id = "ESMO-EHD"', "ESMO-EHD: stands in criteria/esmo-2020"),
    (ESMO, 'id        = "ESMO-PRIM"', 'id = "OPTN-MIT"', "OPTN-MIT: stands in criteria/esmo-2020"),
    (ESMO, 'id        = "ESMO-PRIM"', 'id = "OPTN-AGE"', "OPTN-AGE: must not be encoded"),
    (ESMO, 'id       = "esmo-2020"', 'id = "enets-2012"', "enets-2012: must not be encoded"),
    (ESMO, 'sources  = ["S1"]', 'sources = ["S1", "S1"]', "sources: names something twice"),
    (ESMO, SECOND, f"\n\n[[criterion\n{SECOND}", "is not valid TOML"),
    (ESMO, '"SCOPE-ADULT"', '""', "scope: must be a list of texts, none of them empty"),
    (
        SITES,
        '["stomach-distal"]',
        '[""]',
        "row[1].sites: must be a list of texts, none of them empty",
    ),
    (LA_FE, "la_fe_ki67_up_to_20", "la_fe_ki67_up_to_25", "option 'la_fe_ki67_up_to_25' is not kn"),
    (LA_FE, "limit  = 20\n", "limt = 20\n", "B-KI67.option.la_fe_ki67_up_to_20: key 'limt'"),
    (LA_FE, 'test   = "<="\nlimit  = 20\n', "", "B-KI67.option.la_fe_ki67_up_to_20: replaces noth"),
    (LA_FE, AGE_FLAG, 'flag = { id = "B-AGES", on = ["unknown"] }', "B-AGE.flag: flag 'B-AGES'"),
    (
        LA_FE,
        AGE_FLAG,
        'flag = { id = "C-AGE", on = ["unknown"] }',
        "C-AGE is not a flag of this set",
    ),
    (LA_FE, AGE_FLAG, 'flag = { id = "B-AGE" }', "B-AGE.flag: must have either on or under"),
    (LA_FE, AGE_FLAG, 'flag = { id = "B-AGE", under = 60 }', "B-AGE.flag.under: is for a clock"),
    (
        LA_FE,
        AGE_FLAG,
        'flag = { id = "B-AGE", on = ["no"] }',
        "B-AGE.flag.on: status 'no' is not kn",
    ),
    (
        LA_FE,
        AGE_FLAG,
        'flag = { id = "B-AGE", on = ["not-applicable"] }',
        "B-AGE.flag.on: 'not-applicable' is a status that this criterion never has",
    ),
    (
        LA_FE,
        '{ asks = "refractory" }',
        '{ all = [{ asks = "refractory" }, { asks = "removed" }] }',
        "all and any nest once",
    ),
    (LA_FE, 'unit = "%" }] },\n]', 'unit = "%", x = 1 }] },\n]', "key 'x' is not known"),
    (CITTERIO, "under = 6", "under = 3", "C-OBS.flag.under: must be longer than the clock"),
    (M07, 'policy    = ["POL-03"]\n', "", "M07-EHD.policy: is missing; a guard is project policy"),
    (M16, 'text      = "Resect', 'txt = "Resect', "M16-UNRES.text: is missing"),
    (M07, "further   = [{ quote", "further = [{ quot", "M07-HIST.further[1].quote: is missing"),
    (SITES, 'portal = "met"', 'portel = "met"', "row[1].portal: is missing"),
    (SITES, 'portal = "unknown"', 'portal = "open"', "row[2].portal: status 'open' is not known"),
    (SITES, '"jejunum"', '"stomach"', "'stomach' stands in two row"),
    (SITES, 'cecum = "colon"', 'caecum = "colon"', "refines.caecum: site 'caecum' is not known"),
    (
        "definitions/staging.toml",
        '["solid-organ", "bone"]',
        '["solid", "bone"]',
        "class 'solid' is n",
    ),
    (
        "definitions/staging.toml",
        "[family.optn]",
        "[family.opnt]",
        "OPTN-LIVER.family: family 'optn'",
    ),
    (
        "definitions/grammar.toml",
        'atmost   = "<="',
        'atmost = "=<"',
        "comparators.atmost: sign '=<'",
    ),
    ("definitions/freshness.toml", "= 3", "= 3.5", "imaging_months: must be a whole number"),
    ("definitions/burden.toml", 'unit    = "%"', 'unit = "%"\nstep = 5', "key 'step' is not known"),
    ("definitions/scope.toml", "[texts]", "[text]", "texts: is missing"),
    (
        "flags.toml",
        'where  = ["optn"]',
        'where = ["opnt"]',
        "OPTN-D2.where: place 'opnt' is not know",
    ),
    (
        "flags.toml",
        'source = ["L2", "S3", "POL-04"]',
        'source = ["L99"]',
        "M07-G2.source: source 'L99'",
    ),
    ("outcomes/survival.toml", 'n          = "42"\n', "", "O1.n: is missing"),
    (
        "outcomes/survival.toml",
        'source     = ["L1"]',
        "source = []",
        "O1.source: is empty; what is",
    ),
    (
        "outcomes/survival.toml",
        'n          = "42"',
        'n = "n not given"',
        "O1.beside_verdict: a figur",
    ),
    ("flags.toml", 'where  = ["optn"]', "where = []", "OPTN-D2.where: is empty"),
    ("outcomes/survival.toml", "[O2]", "[P6]", "P6: must not be encoded"),
    ("outcomes/survival.toml", 'era        = "era not given"\n', "", "O1.era: is missing"),
    (RULES, '["O9", "O12"]', '["O9", "O99"]', "figure 'O99' is not known"),
    (RULES, '["O9", "O12"]', '["O9", "O8"]', "O8: may not stand beside a verdict"),
    (
        RULES,
        '"milan-net-2016"',
        '"milan-2016"',
        "milan_net: criteria set 'milan-2016' is not known",
    ),
    (RULES, '"ampulla"', '"papilla"', "le_treut.sites: site 'papilla' is not known"),
    (RULES, '"E13"', '"E31"', "note 'E31' is not known"),
    (
        "criteria/bodies.toml",
        'beside = ["milan-net-2016"]',
        'beside = ["milan"]',
        "uk.beside: criteria",
    ),
    (
        "criteria/bodies.toml",
        'kind      = "note"',
        'kind = "clock"',
        "NAN-COMP must be of kind 'note'",
    ),
    ("texts/en.toml", "too-old ", "to-old ", "reasons.too-old: is missing"),
    (
        "options.toml",
        'policy = ["POL-24"]',
        "policy = []",
        "la_fe_ki67_up_to_20.policy: is missing",
    ),
    ("sources.toml", "[S2]\ncitation", "[S2]\ncitaton", "S2.citation: is missing"),
    ("policies.toml", 'POL-36 = "A', 'POL-36 = 7 # "A', "POL-36: must be a text"),
    (
        "definitions/record.toml",
        "record-intact",
        "record-whole",
        "definition 'record-whole' is not",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "fault"), BROKEN)
def test_a_fault_is_refused_with_file_and_key(file: str, old: str, new: str, fault: str) -> None:
    found = faults_of(changed(file, old, new))
    if file == "outcomes/survival.toml" and "P6" in new:
        file = "outcomes"
    named = [line for line in found if fault in line]
    assert named, found
    assert named[0].startswith((file, "criteria/optn.toml")), named


def test_every_number_of_points_of_a_model_has_its_figure() -> None:
    fault, *german = faults_of(changed("outcomes/models.toml", '["P1=2"]', '["P1=3"]'))
    assert all(line.startswith("texts/de.toml: ") for line in german)
    assert fault == f"{RULES}: figure 'P1=2' is not known; nearest: 'P1=3'"


def test_all_faults_of_all_files_are_reported_at_once() -> None:
    files = changed(ESMO, "limit     = 50", "limit = 150")
    files["flags.toml"] = files["flags.toml"].replace(b'["patient"]', b'["pateint"]', 1)
    files[M07] = files[M07].replace(b'kind      = "clock"', b'kind = "watch"')
    files["policies.toml"] += b"\nPOL-37 = 1\n"
    with pytest.raises(KnowledgeError) as refused:
        build_catalogue(files, SPECS)
    assert len(refused.value.faults) == 4
    assert refused.value.exit_code == 11
    for part in ("4 faults", f"{ESMO}: ESMO-BURD.limit", "pateint", f"{M07}: M07-STAB.kind", "37"):
        assert part in str(refused.value)


def test_a_missing_file_is_one_fault() -> None:
    files = dict(mapping_files())
    del files["definitions/grading.toml"]
    assert faults_of(files) == ("definitions/grading.toml: is missing",)


def test_a_file_that_nothing_reads_is_refused() -> None:
    files = {**mapping_files(), "definitions/gradings.toml": b""}
    (fault,) = faults_of(files)
    assert fault == (
        "definitions/gradings.toml: file 'definitions/gradings.toml' is not known; "
        "nearest: 'definitions/grading.toml'"
    )


def test_a_key_given_twice_is_refused() -> None:
    assert (
        "is not valid TOML" in faults_of(changed(ESMO, "limit     = 50", "limit=50\nlimit=60"))[0]
    )


def test_a_set_without_criteria_would_always_be_met_and_is_refused() -> None:
    files = dict(mapping_files())
    text = files[ESMO].decode()
    files[ESMO] = (text[: text.index("[[criterion]]")] + "criterion = []\n").encode()
    assert any("would always be met" in fault for fault in faults_of(files))


def test_a_definition_that_the_evaluator_does_not_have_is_refused() -> None:
    without = {name: spec for name, spec in SPECS.items() if name != "bilobar"}
    with pytest.raises(KnowledgeError) as refused:
        build_catalogue(mapping_files(), without)
    assert [f for f in refused.value.faults if "OPTN-LIVER" in f or "definition 'bilobar'" in f]


def test_a_damaged_code_list_is_refused_with_its_file() -> None:
    files = {**mapping_files(), "codes/ki67.json": b"{"}
    assert any(f.startswith("codes/ki67.json: is not a JSON object") for f in faults_of(files))
