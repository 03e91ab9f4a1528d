"""Points of Le Treut 2008 (P1, rules 11.2, POL-32): site of the primary and hepatomegaly."""

from decimal import Decimal

from nelm_fhir.evaluator.view import View
from nelm_fhir.knowledge.texts import OutcomeRules

_PERCENT = Decimal(100)


def _volume_percent(view: View) -> tuple[Decimal, Decimal] | None:
    """Return liver volume times 100 and standard volume; None where one is absent or 0."""
    volume, standard = view.profile.liver.volume_ml, view.profile.liver.standard_volume_ml
    return (volume * _PERCENT, standard) if volume and standard else None


def le_treut_points(view: View, rules: OutcomeRules) -> int | None:
    """Return the points, None where volumes or a classified primary site are not documented."""
    volumes = _volume_percent(view)
    sites = [primary.site or "" for primary in view.profile.primaries.values()]
    table = view.tables.sites.sites
    classified = [site for site in sites if site in table and table[site].outcome_table]
    if volumes is None or not sites or len(classified) != len(sites):
        return None
    upper = any(site in rules.le_treut_sites for site in classified)
    return int(upper) + int(volumes[0] >= rules.hepatomegaly_percent * volumes[1])


def le_treut_notes(view: View, rules: OutcomeRules) -> tuple[str, ...]:
    """Return the note on the limit where the volume lies exactly on it."""
    volumes = _volume_percent(view)
    exact = volumes is not None and volumes[0] == rules.hepatomegaly_percent * volumes[1]
    return (rules.le_treut_boundary_note,) if exact else ()
