"""What answers are judged on: a record, with the answers added to it.

In: a record that was given, or a patient of the ledger. Out: Grounds. The ledger keeps profiles and
no records; that of a stored profile is written anew, as `nelm make-bundle` does, and used only if
it gives the same status of every criterion. References of the real record are then put in the
place of the ones that were made up for it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from nelm_fhir import pipeline
from nelm_fhir.assessment.result import Assessment
from nelm_fhir.fhir_r4.inflate import inflated
from nelm_fhir.profile.record_format import EVIDENCE, CandidateProfile
from nelm_fhir.service.evaluating import Evaluated, Wish, evaluated
from nelm_fhir.service.pages.wanted import Fault
from nelm_fhir.service.site import Site
from nelm_fhir.writers.fhir_json import fhir_json

_STYLE: Final = "plain"
_CONFLICT: Final = 409
_RESOURCE: Final = "resource"


@dataclass(frozen=True, slots=True)
class Grounds:
    """A record that is judged, and how: `made` is what it gives without any answer.

    `names` hold, for a record that was written anew, the reference in it that stands for a
    reference of the real one.
    """

    data: bytes
    wish: Wish
    made: Evaluated
    names: Mapping[str, str] = field(default_factory=dict)

    def judged_with(self, site: Site, response: Mapping[str, Any]) -> Evaluated:
        """Return what the record gives with these answers."""
        return evaluated(site, with_answers(self.data, _renamed(response, self.names)), self.wish)


def of_record(site: Site, data: bytes, wish: Wish) -> Grounds:
    """Return the grounds of a record that was given. Raises InputError."""
    return Grounds(inflated(data), wish, evaluated(site, data, wish))


def of_stored(site: Site, made: Evaluated) -> Grounds:
    """Return the grounds of a stored profile; raises Fault where it does not lead back."""
    profile = made.read.profile
    built = pipeline.to_record(profile, site.catalogue, style=_STYLE, validated=False)
    data = fhir_json(built)
    on = tuple(name for name, value in made.assessment.options.items() if value)
    sets = tuple(one.set for one in made.assessment.verdicts)
    wish = Wish(sets=sets, as_of=profile.as_of, options=on)
    again = evaluated(site, data, wish)
    if _statuses(again.assessment) != _statuses(made.assessment):
        raise Fault("drifted", _CONFLICT)
    names = dict(_same(profile, again.read.profile))
    subject = again.assessment.subject.reference
    if made.assessment.subject.reference and subject:
        names[made.assessment.subject.reference] = subject
    return Grounds(data, wish, made, names)


def with_answers(data: bytes, response: Mapping[str, Any]) -> bytes:
    """Return a record with a completed form in it; every other byte of an entry stays as it is."""
    answers = fhir_json(dict(response))
    try:
        bundle = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
        entries = msgspec.json.decode(bundle.get("entry", b"[]"), type=list[msgspec.Raw])
    except msgspec.DecodeError:
        return data.rstrip(b"\n") + b"\n" + answers  # lines: one resource each
    entries.append(msgspec.Raw(b'{"resource":' + answers + b"}"))
    bundle["entry"] = msgspec.Raw(msgspec.json.encode(entries))
    return msgspec.json.encode(bundle)


def _statuses(assessment: Assessment) -> list[tuple[str, str, str]]:
    return [(v.set, c.id, str(c.status)) for v in assessment.verdicts for c in v.criteria]


# --- references -----------------------------------------------------------------------------------


def _same(real: CandidateProfile, anew: CandidateProfile) -> Iterator[tuple[str, str]]:
    """Yield references of the same kind that the same thing rests on in both."""
    one, other = real.to_record(), anew.to_record()
    for kind in ("primaries", "specimens", "scans", "extrahepatic"):
        for key, thing in one.get(kind, {}).items():
            theirs = {
                reference.partition("/")[0]: reference
                for name, found in other.get(kind, {}).items()
                if name == key or name.endswith(f"-{key}")
                for reference in references(found)
            }
            for reference in references(thing):
                if (named := theirs.get(reference.partition("/")[0])) is not None:
                    yield reference, named


def references(tree: Any, *, inside: bool = False) -> Iterator[str]:
    """Yield every resource that the values of a part of a profile rest on."""
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            if inside and key == _RESOURCE and isinstance(value, str):
                yield value
            yield from references(value, inside=inside or key == EVIDENCE)
    elif isinstance(tree, list | tuple):
        for one in tree:
            yield from references(one, inside=inside)


def _renamed(tree: Any, names: Mapping[str, str]) -> Any:
    if isinstance(tree, Mapping):
        return {
            key: names.get(value, value)
            if key == "reference" and isinstance(value, str)
            else _renamed(value, names)
            for key, value in tree.items()
        }
    return [_renamed(one, names) for one in tree] if isinstance(tree, list | tuple) else tree
