"""Are two records the same but for the ids of their entries, which have no meaning (rules 15.1)?"""

from itertools import permutations

ENTRIES = ("primaries", "specimens", "response_events", "progression_treatments")


def differences(one, other):
    """The sections in which two records differ, whatever their ids; foci are matched first."""
    names = list(_focus_ids(one)), list(_focus_ids(other))
    if len(names[0]) != len(names[1]):
        return ["foci"]
    best = None
    for order in permutations(names[1]):
        renamed = _renamed(other, dict(zip(order, names[0], strict=True)))
        found = _sections(one, renamed)
        if best is None or len(found) < len(best):
            best = found
        if not best:
            break
    return best


def _focus_ids(record):
    named = (key for scan in record.get("scans", {}).values() for key in scan.get("foci", {}))
    return dict.fromkeys([*record.get("extrahepatic", {}), *named])


def _renamed(record, names):
    foci = {names[key]: focus for key, focus in record.get("extrahepatic", {}).items()}
    scans = {
        key: {**scan, "foci": {names[k]: v for k, v in scan.get("foci", {}).items()}}
        for key, scan in record.get("scans", {}).items()
    }
    return {**record, "extrahepatic": foci, "scans": scans}


def _sections(one, other):
    keys = sorted({*one, *other})
    return [key for key in keys if _shape(key, one.get(key)) != _shape(key, other.get(key))]


def _shape(key, value):
    """Entries without their ids; everything else as it is."""
    if key in ENTRIES:
        return _bag(value or {})
    if key == "scans":
        return _bag({k: {"foci": {}, **scan} for k, scan in (value or {}).items()})
    if key == "liver" and value:
        return {**value, "involvement": _bag(value.get("involvement", {}))}
    return value or ({} if key in {"extrahepatic", "liver"} else value)


def _bag(entries):
    return sorted(map(frozen, entries.values()))


def frozen(value):
    if isinstance(value, dict):
        return repr(sorted((k, frozen(v)) for k, v in value.items()))
    return repr(value)
