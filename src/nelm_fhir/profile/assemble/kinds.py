"""Kinds of treatment that mappers name (component `procedure-kind`), in words of the record.

In: a kind, one of the treatment words of rules 15.2, `TACE`, `TAE` or `TARE`; the code lists become
these words by the table `treatment` of attested.toml. Out: the word it is for a focus, and whether
it can treat progression in the liver: liver procedures, PRRT and drug courses (terminology 3.10,
3.11). A resection or an ablation does so only at the liver.
"""

from typing import Final

from nelm_fhir.core.unknown import Reason, Unknown
from nelm_fhir.knowledge.tables import Symptoms
from nelm_fhir.profile.findings import Finding, Value

_KIND: Final = "procedure-kind"
_EVERYWHERE: Final = frozenset({"prrt", "systemic"})
_AT_ITS_PLACE: Final = frozenset({"resection", "ablation"})
_OF_A_FOCUS: Final = _EVERYWHERE | _AT_ITS_PLACE | {"radiotherapy"}
_LIVER: Final = "liver"


def kind_of(finding: Finding) -> Value | Unknown:
    """Return the kind of treatment that a finding names."""
    return finding.components.get(_KIND, Unknown(Reason.CODE_NOT_MAPPED))


def focus_word(finding: Finding) -> Value | Unknown:
    """Return the treatment word of rules 15.2; unknown for a kind that has none."""
    kind = kind_of(finding)
    if not isinstance(kind, str) or kind in _OF_A_FOCUS:
        return kind
    return Unknown(Reason.CODE_NOT_MAPPED)


def treats_the_liver(finding: Finding, symptoms: Symptoms) -> bool:
    """Whether the kind, at its place, can treat liver progression."""
    kind = kind_of(finding)
    if not isinstance(kind, str):
        return False
    at_the_liver = kind in _AT_ITS_PLACE and finding.body_site == _LIVER
    return at_the_liver or kind in _EVERYWHERE | symptoms.locoregional
