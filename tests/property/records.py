"""Random records of rules section 15 around one evaluation date, and ways to change them."""

import copy
import json
from datetime import date, timedelta

from hypothesis import strategies as st

from nelm_fhir.evaluator.assess import assess_profile
from nelm_fhir.evaluator.registry import SPECS
from nelm_fhir.knowledge.files import case_files
from nelm_fhir.knowledge.loader import load_catalogue
from nelm_fhir.profile.record_format import CandidateProfile

CATALOGUE = load_catalogue(SPECS)
BASELINE = json.loads(case_files()["vignettes.json"])["baseline"]
AS_OF = "2026-06-01"

FULL_DATES = [
    "2019-03-01",
    "2025-04-01",
    "2025-08-31",
    "2025-11-30",
    "2025-12-01",
    "2025-12-02",
    "2026-01-15",
    "2026-02-28",
    "2026-03-01",
    "2026-03-02",
    "2026-04-15",
    "2026-05-04",
    "2026-06-01",
]
PARTIAL_DATES = ["2024", "2025", "2025-12", "2026", "2026-02", "2026-03", "2026-05", "2026-06"]
FUTURE_DATES = ["2026-06-02", "2026-09", "2027"]
ANY_DATE = st.sampled_from(FULL_DATES + PARTIAL_DATES + FUTURE_DATES)
PAST_FULL = st.sampled_from(FULL_DATES)


def part(dates=ANY_DATE, **elements):
    """An object whose every element may be missing."""
    chosen = {
        key: dates if value is DATE else value if hasattr(value, "map") else st.sampled_from(value)
        for key, value in elements.items()
    }
    return st.fixed_dictionaries({}, optional=chosen)


DATE = object()
KI67 = [
    "<1 %",
    "2 %",
    "2-3 %",
    "9.9 %",
    "10 %",
    "8-12 %",
    "15-20 %",
    "20 %",
    "21 %",
    ">20 %",
    "8.50 %",
    "MIB-1 4 %",
    "5-3 %",
    "low",
]
MITOSES = [
    "1 per 2 mm2",
    "2 per 2 mm2",
    "19 per 2 mm2",
    "20 per 10 HPF",
    "21 per 2 mm2",
    "<2 per 10 HPF",
    "2-3 per mm2",
    "2 in 50 HPF",
    "3",
]
SITES = [*CATALOGUE.definitions.sites.sites, "appendix vermiformis", "midgut"]
CLASSES = ["regional-node", "hilar-node", "node", "peritoneum", "solid-organ", "bone", "other", "x"]
TRACERS = ["68Ga-DOTATATE", "64Cu-DOTATATE", "18F-FDG", "99mTc-bone", "68Ga-NODAGA-LM3"]
UPTAKE = ["positive", "equivocal", "negative"]
ORGANS = ["bone", "lung", "distant lymph nodes", "intra-abdominal lymph nodes", "left femur"]
NAMES = ["Board A", "Board B"]
FLAG = [True, False]
FOCI = ["focus-1", "focus-2", "focus-3"]


def resections(dates):
    return part(
        dates,
        performed=FLAG,
        date=DATE,
        margin=["R0", "R1", "R2", "RX"],
        lymphadenectomy=FLAG,
        planned_at_lt=FLAG,
        pn=["pN0", "pN1", "pN2", "pNX"],
    )


def specimens(dates):
    return part(
        dates,
        origin=["primary", "liver-metastasis", "other-metastasis"],
        date=DATE,
        material=["resection", "biopsy", "cytology"],
        histology=[*["NET"] * 4, "NEC", "NEC-large-cell", "NEC-small-cell", "MiNEN", "other"],
        differentiation=["well", "well", "moderate", "poor"],
        reported_grade=["G1", "G2", "G3"],
        ki67_text=KI67,
        cells_counted=[0, 480, 2000],
        mitoses_text=MITOSES,
        who_edition=["2010", "2017", "2019"],
    )


def scans(dates):
    return part(
        dates,
        date=DATE,
        modality=["PET/CT", "PET/CT", "PET/MR", "scintigraphy", "CT", "MRI"],
        tracer=TRACERS,
        technique=["multiphase", "hepatobiliary"],
        extrahepatic_result=UPTAKE,
        foci=st.dictionaries(st.sampled_from(FOCI), st.sampled_from(UPTAKE), max_size=2),
        liver_lesions_typical=FLAG,
    )


def foci(dates):
    return part(
        dates,
        **{"class": CLASSES},
        organ=ORGANS,
        status=["confirmed", "suspected"],
        first_seen=DATE,
        treatment=["resection", "prrt", "ablation", "radiotherapy", "systemic"],
        treatment_end=DATE,
        removed_with_primary=FLAG,
        adjudication=part(
            dates, verdict=["false-positive"], signed=[True, True, False], by=NAMES, date=DATE
        ),
    )


def responses(dates):
    return part(
        dates,
        date=DATE,
        category=["baseline", "SD", "PR", "CR", "PD"],
        modality=["CT", "MRI", "PET/CT", "ultrasound", "chromogranin-a", "clinical"],
    )


def livers(dates):
    bound = st.sampled_from([0, 30, 45, 49.9, 50, 50.1, 55, 74.9, 75, 140])
    estimate = part(
        dates,
        low=bound,
        high=bound,
        low_open=FLAG,
        high_open=FLAG,
        method=["volumetry", "visual"],
        date=DATE,
    )
    return part(
        dates,
        metastases_present=[True, True, True, False],
        involvement=some(["estimate-1", "estimate-2"], estimate),
        distribution=["unilobar", "bilobar"],
        resectability=["resectable", "unresectable"],
        extent_judgment=["extended", "limited"],
        frilling_type=["I", "II", "III"],
        judged_by=NAMES,
        judged_on=DATE,
        volume_ml=[0, 1500, 2410.5],
        standard_volume_ml=[1320],
    )


def some(names, entry):
    return st.dictionaries(st.sampled_from(names), entry, max_size=len(names))


def sections(dates):
    """Every section of a record, each a strategy."""
    return {
        "patient": part(
            dates,
            birth_date=["1981-03-15", "1970-06-01", "1966", "1966-06-02", "2009"],
            sex=["female", "male", "other", "unknown"],
        ),
        "primaries": some(
            ["primary-1", "primary-2"], part(dates, site=SITES, resection=resections(dates))
        ),
        "specimens": some(["specimen-1", "specimen-2", "specimen-3"], specimens(dates)),
        "liver": livers(dates),
        "response_events": some(["r-1", "r-2", "r-3"], responses(dates)),
        "progression_treatments": some(
            ["t-1", "t-2"], part(dates, type=["TACE", "PRRT, 4 cycles"], end_date=DATE)
        ),
        "scans": some(["scan-1", "scan-2", "scan-3"], scans(dates)),
        "extrahepatic": some(FOCI[:2], foci(dates)),
        "functional_syndrome": part(
            dates,
            present=FLAG,
            type=["carcinoid-syndrome", "flushing and diarrhea"],
            control=["controlled", "refractory"],
            failed_therapies=st.lists(
                st.sampled_from(["SSA", "PRRT", "everolimus", "TACE", "herbal"]), max_size=3
            ),
        ),
        "comorbidity_contraindication": st.booleans(),
        "other_malignancy": part(
            dates, present=FLAG, type=["breast cancer", "melanoma of the arm"], date=DATE
        ),
        "listing": part(
            dates, status=["listed", "not-listed"], listing_date=DATE, last_update_date=DATE
        ),
        "liver_transplant": part(
            dates,
            performed=[False, False, False, True],
            date=DATE,
            within_milan_at_lt=FLAG,
            planned_date=DATE,
        ),
        "recurrence": recurrences(dates),
        "damaged": st.sampled_from([False, False, False, True]),
        "options": part(dates, la_fe_ki67_up_to_20=FLAG),
    }


def recurrences(dates):
    return part(
        dates,
        status=["none", "suspected", "confirmed"],
        date=DATE,
        sites=st.lists(st.sampled_from(["bone", "liver graft", "lung"]), max_size=2, unique=True),
        mib1_text=KI67,
        resectable=FLAG,
        chromogranin_a=["212 ng/mL", ">1000 ng/mL", "twice the upper limit"],
        under_treatment=FLAG,
    )


@st.composite
def records(draw, dates=ANY_DATE):
    """The baseline with some sections replaced by random ones, or merged with them."""
    record = copy.deepcopy(BASELINE)
    everything = sections(dates)
    for name in draw(st.lists(st.sampled_from(sorted(everything)), max_size=5, unique=True)):
        fresh = draw(everything[name])
        if draw(st.booleans()) and isinstance(fresh, dict):
            record[name] = {**record.get(name, {}), **fresh}
        else:
            record[name] = fresh
    return record


def assess(record, sets=()):
    return assess_profile(CandidateProfile.from_record(record), CATALOGUE, sets=sets)


def verdicts(assessment):
    return {verdict.set: verdict for verdict in assessment.verdicts}


def criteria(assessment):
    """Status of every criterion, by set and id; a running clock is its own status."""
    return {
        (verdict.set, result.id): "running" if result.running else str(result.status)
        for verdict in assessment.verdicts
        for result in verdict.criteria
    }


def leaves(value, path=()):
    """Every path to a value that is no object."""
    if isinstance(value, dict):
        for key, member in value.items():
            yield from leaves(member, (*path, key))
    else:
        yield path, value


def at(record, path):
    for step in path:
        record = record.get(step) if isinstance(record, dict) else None
    return record


def without(record, path):
    changed = copy.deepcopy(record)
    owner = at(changed, path[:-1])
    del owner[path[-1]]
    return changed


def having(record, path, value):
    changed = copy.deepcopy(record)
    owner = changed
    for step in path[:-1]:
        owner = owner.setdefault(step, {})
    owner[path[-1]] = value
    return changed


def days_of(text, until=AS_OF):
    """Every day that a date can denote, up to the evaluation date."""
    from nelm_fhir.core.dates import DaySpan

    span = DaySpan.parse(text).until(date.fromisoformat(until))
    if span is None:
        return []
    length = (span.latest - span.earliest).days
    return [(span.earliest + timedelta(days=n)).isoformat() for n in range(length + 1)]
