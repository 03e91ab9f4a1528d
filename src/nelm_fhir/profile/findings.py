"""What a mapper returns: one normalized statement read from one resource, with its evidence.

Every element has the name of its attested entry (`attested-entry.md` section 2), whatever the
carrier: a Ki-67 sent under LOINC 29593-1 and one attested by a person are both findings `ki67`. So
assembly has one set of rules for all carriers. Elements that have no attested entry:

=====================  =====================================================================
element                value
=====================  =====================================================================
birth-date             DaySpan (Patient.birthDate)
sex                    word of rules 15.2
primary                True: a primary neuroendocrine tumor (a Condition); its `site`, if coded,
                       is a finding `primary-site` of the same resource
primary-site-plain     site word of a malignancy that is neuroendocrine only by its histology
                       (C17.2, C18.x, C20 ...)
other-cancer           site word of another cancer, `no-solid-organ` where it has none
histology              word of rules 15.2, `carcinoma` where the code does not say poorly
                       differentiated (trap T13)
differentiation        `well`, `moderate`, `poor`
reported-grade         `G1`, `G2`, `G3` (WHO NET scale), or Unknown where the scale is not WHO
specimen               True: a Specimen resource, with its components
metastasis             True/False: disease outside the liver at a site, component `focus-class`
                       and `organ`
pn                     `pN0`, `pN1`, `pN2`, `pNX`
chromogranin-a         the amount as text, with its unit
node-count             positive or examined nodes (evidence of lymphadenectomy)
residual-tumor,        as in the attested entry, standing alone on an Observation or Procedure;
lymphadenectomy        `margin-involved`: a single margin is involved (trap T20)
condition              True: any Condition; used where an entry names it as its focus
report                 True: a DiagnosticReport; links its results and studies
panel                  True: an Observation that has members only
study                  True: an ImagingStudy or imaging Procedure; components `scan-modality`,
                       `scan-tracer`
procedure              True: a Procedure near our elements; component `procedure-kind`; a
                       `primary-resected` may name its organs in `resection-field`
death                  True
=====================  =====================================================================
"""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from msgspec import Struct

from nelm_fhir.core.amounts import Amount
from nelm_fhir.core.dates import DaySpan
from nelm_fhir.core.evidence import Evidence
from nelm_fhir.core.reading import Reading
from nelm_fhir.core.unknown import Unknown

Value = str | bool | Decimal | Amount | DaySpan
NOTHING: Mapping[str, "Value | Unknown"] = MappingProxyType({})


class Links(Struct, frozen=True):
    """Resolved references to other things of the record, each the key of a resource.

    `focus`: what the statement is about (Observation.focus, related-condition extensions,
    Procedure.reasonReference). `specimen`: Observation.specimen. `studies`: partOf, derivedFrom,
    DiagnosticReport.imagingStudy. `members`: hasMember, DiagnosticReport.result. `lost` names the
    link kinds that were present but could not be resolved ("focus", "specimen", "studies",
    "members"): a lost link is not the same as none. A focus named by identifier alone, without a
    Condition, is the key `identifier:<system>|<value>`.
    """

    focus: tuple[str, ...] = ()
    specimen: str | None = None
    studies: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    lost: frozenset[str] = frozenset()


NO_LINKS = Links()


class Finding(Struct, frozen=True):
    """One normalized statement.

    `key` is the resource it was read from, `value` Unknown where the resource states nothing
    usable, `day` the clinical date of the statement (terminology 2.6), `components` further values
    by element code, `attested` whether it came as attested entry, `signed` as there in section 1,
    `author` who states it, `body_site` a site word of the mapped body site.
    """

    element: str
    value: Value | Unknown
    key: str
    evidence: Evidence
    day: DaySpan | None = None
    components: Mapping[str, Value | Unknown] = NOTHING
    links: Links = NO_LINKS
    reading: Reading = Reading.ASSERTED
    attested: bool = False
    signed: bool = False
    author: str | None = None
    body_site: str | None = None
