"""A record in which every value says where it stands, and everything absent why it is.

The source of a value is named like its place (`liver.involvement.estimate-1.low`), so that what an
answer rests on can be read off. Beside each key something older was set aside; an absent one stands
in text only.
"""

from collections.abc import Mapping

from nelm_fhir.profile.candidate import Part
from nelm_fhir.profile.record_format import CandidateProfile

ABSENT = (None, {}, [])


def sourced(record):
    """Return the record with such evidence on every object."""
    return _sourced(CandidateProfile.from_record(record), record, "")


def _sourced(part, record, place):
    found, notes = dict(record), {}
    for key, value in _members(part):
        here = f"{place}{key}"
        if isinstance(value, Part):
            found[key] = _sourced(value, record.get(key) or {}, f"{here}.")
        elif _holds_parts(value):
            found[key] = {
                name: _sourced(inner, record[key][name], f"{here}.{name}.")
                for name, inner in value.items()
            }
        else:
            notes[key] = _note(here, absent=record.get(key) in ABSENT)
            inside = value if isinstance(value, Mapping) else {}
            notes |= {f"{key}.{name}": _note(f"{here}.{name}") for name in inside}
    return {**found, "evidence": notes}


def _members(part):
    for name, field in type(part).model_fields.items():
        if name != "evidence":
            yield field.alias or name, getattr(part, name)


def _holds_parts(value):
    return isinstance(value, Mapping) and any(isinstance(one, Part) for one in value.values())


def _note(place, *, absent=False):
    known = {"reason": "text-only"} if absent else {"sources": [{"resource": place}]}
    return {**known, "set_aside": [{"resource": f"older {place}", "reason": "superseded"}]}
