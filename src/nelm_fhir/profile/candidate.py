"""The candidate profile: frozen models of the data elements of rules 15.2.

A field that is None is absent: no record. What that means differs by element and stands in the
rule book; why it is unknown, and what a known value rests on, stands in `evidence` of the same
object (`profile/provenance.py` reads it). Values outside the listed words are admitted only where
15.1 admits them: site, class, tracer, failed therapies.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt

from nelm_fhir.profile.values import EvidenceNote, ExactNumber, PartialDate, Volume

Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$")]
Text = Annotated[str, Field(strict=True)]
Flag = StrictBool
Uptake = Literal["positive", "equivocal", "negative"]


class Part(BaseModel):
    """One object of the record; unknown keys are refused.

    The checks of a model are built when it is first asked to check something: a record is checked
    as a whole, so those of its parts are never needed alone. Defaults are made without a check.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        populate_by_name=True,
        arbitrary_types_allowed=True,
        defer_build=True,
    )

    evidence: EvidenceNote = None


class Options(Part):
    """Switches that the rule book leaves to the center (15.2)."""

    la_fe_ki67_up_to_20: Flag = False


class Person(Part):
    """The candidate as a person."""

    birth_date: PartialDate | None = None
    sex: Literal["female", "male", "other", "unknown"] | None = None


class Resection(Part):
    """Resection of one primary tumor; `performed` false: documented as not resected."""

    performed: Flag | None = None
    date: PartialDate | None = None
    margin: Literal["R0", "R1", "R2", "RX"] | None = None
    lymphadenectomy: Flag | None = None
    planned_at_lt: Flag | None = None
    pn: Literal["pN0", "pN1", "pN2", "pNX"] | None = None


class Primary(Part):
    """One primary tumor; `site` is a code of rules 7.1 or a word outside it."""

    site: Text | None = None
    resection: Resection = Resection.model_construct()


class Specimen(Part):
    """One tissue specimen of this tumor; Ki-67 and mitoses are texts that carry their unit."""

    origin: Literal["primary", "liver-metastasis", "other-metastasis"] | None = None
    date: PartialDate | None = None
    material: Literal["resection", "biopsy", "cytology"] | None = None
    histology: (
        Literal["NET", "NEC", "NEC-large-cell", "NEC-small-cell", "MiNEN", "other"] | None
    ) = None
    differentiation: Literal["well", "moderate", "poor"] | None = None
    reported_grade: Literal["G1", "G2", "G3"] | None = None
    ki67_text: Text | None = None
    cells_counted: Annotated[StrictInt, Field(ge=0)] | None = None
    mitoses_text: Text | None = None
    who_edition: Literal["2010", "2017", "2019"] | None = None


class Involvement(Part):
    """One estimate of the liver volume replaced by tumor, in percent."""

    low: ExactNumber | None = None
    high: ExactNumber | None = None
    low_open: Flag = False
    high_open: Flag = False
    method: Literal["volumetry", "visual"] | None = None
    date: PartialDate | None = None


class Liver(Part):
    """The liver: metastases, extent, and the judgments of clinicians."""

    metastases_present: Flag | None = None
    involvement: dict[Identifier, Involvement] = {}
    distribution: Literal["unilobar", "bilobar"] | None = None
    resectability: Literal["resectable", "unresectable"] | None = None
    extent_judgment: Literal["extended", "limited"] | None = None
    frilling_type: Literal["I", "II", "III"] | None = None
    judged_by: Text | None = None
    judged_on: PartialDate | None = None
    volume_ml: Volume | None = None
    standard_volume_ml: Volume | None = None


class ResponseEvent(Part):
    """One assessment of the course of the disease."""

    date: PartialDate | None = None
    category: Literal["baseline", "SD", "PR", "CR", "PD"] | None = None
    modality: (
        Literal["CT", "MRI", "PET/CT", "PET/MR", "ultrasound", "chromogranin-a", "clinical"] | None
    ) = None


class ProgressionTreatment(Part):
    """A treatment of liver progression; without `end_date` it may still run."""

    type: Text | None = None
    end_date: PartialDate | None = None


class Scan(Part):
    """One scan; `extrahepatic_result` is over the whole scan, `foci` names single ones."""

    date: PartialDate | None = None
    modality: Literal["PET/CT", "PET/MR", "scintigraphy", "CT", "MRI"] | None = None
    tracer: Text | None = None
    technique: Literal["multiphase", "hepatobiliary"] | None = None
    extrahepatic_result: Uptake | None = None
    foci: dict[Identifier, Uptake] = {}
    liver_lesions_typical: Flag | None = None


class Adjudication(Part):
    """A judgment that a focus is no disease; without signature or date it has no effect."""

    verdict: Literal["false-positive"] | None = None
    signed: Flag | None = None
    by: Text | None = None
    date: PartialDate | None = None


class Focus(Part):
    """One focus of disease outside the liver; `disease_class` is `class` in the record."""

    disease_class: Annotated[Text | None, Field(alias="class")] = None
    organ: Text | None = None
    status: Literal["confirmed", "suspected"] | None = None
    first_seen: PartialDate | None = None
    treatment: Literal["resection", "radiotherapy", "prrt", "ablation", "systemic"] | None = None
    treatment_end: PartialDate | None = None
    removed_with_primary: Flag | None = None
    adjudication: Adjudication = Adjudication.model_construct()


class FunctionalSyndrome(Part):
    """Hormonal syndrome; an empty list of failed therapies says that none has failed."""

    present: Flag | None = None
    type: Text | None = None
    control: Literal["controlled", "refractory"] | None = None
    failed_therapies: tuple[Text, ...] | None = None


class OtherMalignancy(Part):
    """Another malignancy than this tumor."""

    present: Flag | None = None
    type: Text | None = None
    date: PartialDate | None = None


class Listing(Part):
    """Whether the candidate is on the waiting list."""

    status: Literal["listed", "not-listed"] | None = None
    listing_date: PartialDate | None = None
    last_update_date: PartialDate | None = None


class LiverTransplant(Part):
    """A liver transplantation, performed or planned."""

    performed: Flag | None = None
    date: PartialDate | None = None
    within_milan_at_lt: Flag | None = None
    planned_date: PartialDate | None = None


class Recurrence(Part):
    """Recurrence after transplantation."""

    status: Literal["none", "suspected", "confirmed"] | None = None
    date: PartialDate | None = None
    sites: tuple[Text, ...] | None = None
    mib1_text: Text | None = None
    resectable: Flag | None = None
    chromogranin_a: Text | None = None
    under_treatment: Flag | None = None


class Profile(Part):
    """All that is known of one candidate at one as-of date."""

    as_of: date
    options: Options = Options.model_construct()
    damaged: Flag = False
    patient: Person = Person.model_construct()
    primaries: dict[Identifier, Primary] = {}
    specimens: dict[Identifier, Specimen] = {}
    liver: Liver = Liver.model_construct()
    response_events: dict[Identifier, ResponseEvent] = {}
    progression_treatments: dict[Identifier, ProgressionTreatment] = {}
    scans: dict[Identifier, Scan] = {}
    extrahepatic: dict[Identifier, Focus] = {}
    functional_syndrome: FunctionalSyndrome = FunctionalSyndrome.model_construct()
    comorbidity_contraindication: Flag | None = None
    other_malignancy: OtherMalignancy = OtherMalignancy.model_construct()
    listing: Listing = Listing.model_construct()
    liver_transplant: LiverTransplant = LiverTransplant.model_construct()
    recurrence: Recurrence = Recurrence.model_construct()
