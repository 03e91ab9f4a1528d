"""Kinds of treatment that mappers name (component `procedure-kind`), in words of the record.

In: a kind. Out: the treatment word of rules 15.2 that it is for a focus, and whether it can treat
progression in the liver: liver procedures, PRRT and drug courses (terminology 3.10, 3.11).
"""

from typing import Final

from nelm_fhir.core.unknown import Reason, Unknown
from nelm_fhir.knowledge.tables import Symptoms
from nelm_fhir.profile.findings import Finding, Value

_KIND: Final = "procedure-kind"
_OF_A_FOCUS: Final = {
    "PRRT": "prrt",
    "ablation": "ablation",
    "liver-resection": "resection",
    "lymphadenectomy": "resection",
    "node-excision": "resection",
}
_AT_THE_LIVER: Final = frozenset({"ablation", "liver-resection"})
_DRUGS: Final = frozenset(
    {
        "systemic-course",
        "hormone-therapy",
        "immunotherapy",
        "targeted-therapy",
    }
)


def kind_of(finding: Finding) -> Value | Unknown:
    """Return the kind of treatment that a finding names."""
    return finding.components.get(_KIND, Unknown(Reason.CODE_NOT_MAPPED))


def focus_word(finding: Finding, symptoms: Symptoms) -> Value | Unknown:
    """Return the treatment word of rules 15.2; unknown for a kind that has none."""
    kind = kind_of(finding)
    if not isinstance(kind, str):
        return kind
    if kind in _OF_A_FOCUS:
        return _OF_A_FOCUS[kind]
    is_drug = kind in _DRUGS or kind in symptoms.systemic
    return "systemic" if is_drug else Unknown(Reason.CODE_NOT_MAPPED)


def treats_the_liver(finding: Finding, symptoms: Symptoms) -> bool:
    """Whether the kind can treat liver progression."""
    kind = kind_of(finding)
    everywhere = symptoms.systemic | symptoms.locoregional | _DRUGS | _AT_THE_LIVER
    return isinstance(kind, str) and kind in everywhere
