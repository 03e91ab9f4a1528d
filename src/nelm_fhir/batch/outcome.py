"""What became of one patient of a population: the judgment, or why there is none.

In: nothing; types. Out: Outcome, of which every patient with a concern gets exactly one, and Counts
of a whole run. An Outcome holds finished bytes: the ledger keeps them as they are, and outputs are
put together from them without reading any record again. It holds no clock, so the same input gives
the same bytes.
"""

from typing import Final

from msgspec import Struct

JUDGED: Final = "judged"
FAILED: Final = "failed"


class Outcome(Struct, frozen=True):
    """One patient, judged or failed; a patient without any concern is only counted.

    `patient` is "Patient/ID"; `input_hash` the SHA-256 of the patient's lines, sorted. `assessment`
    is the JSON contract of `--format json`, `profile` the record format, `resources` the
    RiskAssessments, `line` that of the worklist: each on one line. `error` is the class of the
    error that made a record unusable, with its text, its remedy and FHIR issue type, none of which
    holds a patient's value. `source` names the file, relative to the source, where one file is one
    patient. `kept` are the lines of a failed patient, only where somebody asked to keep them.
    """

    patient: str
    state: str
    input_hash: str
    assessment: bytes = b""
    profile: bytes = b""
    resources: tuple[bytes, ...] = ()
    deceased: bool = False
    error: str = ""
    message: str = ""
    remedy: str = ""
    issue_type: str = ""
    source: str = ""
    line: bytes = b""
    kept: tuple[bytes, ...] = ()


class Counts(Struct, frozen=True):
    """What a run saw: each patient stands in exactly one of the first three.

    `passed_over` have no neuroendocrine finding and no attested entry. `lines` and `bytes` were
    read; `deleted` are resources the source withdrew; `outcomes` lines by which the exporting
    server reports a problem; `lost` lines that could not be read and belong to nobody known;
    `incomplete` names, relative to the source, the files that could not be read to their end.
    """

    judged: int = 0
    failed: int = 0
    passed_over: int = 0
    files: int = 0
    lines: int = 0
    bytes: int = 0
    deleted: int = 0
    outcomes: int = 0
    lost: int = 0
    incomplete: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether every patient was assessed, from lines that could all be read."""
        return not (self.failed or self.lost or self.incomplete)
