"""The scope gate (rules 1.5, POL-28): outside only when certainly so; what is open is said."""

from decimal import Decimal
from typing import Final

from msgspec import Struct

from nelm_fhir.core.evidence import Evidence
from nelm_fhir.core.logic import MET, NOT_MET, Status
from nelm_fhir.evaluator.definitions.grading import has_carcinoma
from nelm_fhir.evaluator.definitions.person import age_of
from nelm_fhir.evaluator.definitions.primary import site_status
from nelm_fhir.evaluator.judgment import unique
from nelm_fhir.evaluator.view import View
from nelm_fhir.profile.candidate import Part
from nelm_fhir.profile.provenance import sources

ADULT: Final = "SCOPE-ADULT"
POST_LT: Final = "SCOPE-POST-LT"
PRIMARY_LIVER: Final = "SCOPE-PRIMARY-LIVER"
HISTOLOGY: Final = "SCOPE-HISTOLOGY"
NO_METASTASES: Final = "SCOPE-NO-LIVER-METASTASES"
ESMO: Final = "ESMO-SCOPE"


class Scope(Struct, frozen=True):
    """Scope ids that certainly apply, in the order of 1.5, and whether a scope fact is open."""

    outside: tuple[str, ...]
    open: bool

    @property
    def of_all_sets(self) -> tuple[str, ...]:
        """The ids that take a patient out of the scope of every set."""
        return tuple(scope for scope in self.outside if scope != ESMO)


def _gate(view: View) -> Scope:
    profile = view.profile
    adult = _adult(view)
    sites = {primary.site for primary in profile.primaries.values()}
    histologies = {specimen.histology for specimen in profile.specimens.values()}
    answers = {
        ADULT: adult is NOT_MET,
        POST_LT: profile.liver_transplant.performed is True,
        PRIMARY_LIVER: view.tables.sites.liver in sites,
        HISTOLOGY: bool(histologies & view.tables.grading.out_of_scope_histologies),
        NO_METASTASES: profile.liver.metastases_present is False,
        ESMO: site_status(view, "gep").status is NOT_MET,
    }
    undocumented = (
        adult not in {MET, NOT_MET}
        or profile.liver.metastases_present is None
        or profile.liver_transplant.performed is None
    )
    return Scope(tuple(scope for scope, applies in answers.items() if applies), undocumented)


def scope_of(view: View) -> Scope:
    """Return what the scope gate says, computed once per view."""
    return view.shared(_gate)


def evidence_of_scope(view: View, scope: str) -> tuple[Evidence, ...]:
    """Return what takes the patient out of scope by that id."""
    profile = view.profile
    where: dict[str, list[tuple[Part, str]]] = {
        ADULT: [(profile.patient, "birth_date")],
        POST_LT: [(profile.liver_transplant, "performed"), (profile.liver_transplant, "date")],
        HISTOLOGY: [(s, "histology") for _, s in sorted(profile.specimens.items())],
        NO_METASTASES: [(profile.liver, "metastases_present")],
    }
    sites: list[tuple[Part, str]] = [(p, "site") for _, p in sorted(profile.primaries.items())]
    return unique(e for part, key in where.get(scope, sites) for e in sources(part, key))


def _adult(view: View) -> Status | None:
    years = age_of(view)
    return None if years is None else years.compare(">=", Decimal(view.tables.scope.adult_years))


def shows_figures(view: View) -> bool:
    """Whether published figures may stand beside this patient: no NEC, no non-GEP primary (1.5)."""
    return not has_carcinoma(view) and ESMO not in scope_of(view).outside
