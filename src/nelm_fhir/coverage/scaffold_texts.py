"""The texts of a scaffolded overlay: comments of codes, overlay.toml, answers.toml, README.

In: what the scaffold found. Out: texts that say what is to be filled in and where to look it up.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from nelm_fhir.coverage.gaps import Near
from nelm_fhir.coverage.known import answer_words, is_read
from nelm_fhir.coverage.stored import StoredGap
from nelm_fhir.coverage.tables import Kind
from nelm_fhir.coverage.wording import count_words
from nelm_fhir.knowledge.catalogue import Catalogue

_FARTHEST: Final = (str(Near.DRUG),)


@dataclass(frozen=True, slots=True)
class MapFile:
    """One ConceptMap to be: what its codes are mapped to, and the gaps it holds.

    `kind` says whether these are questions, answers to the element `limit`, or codes of lists.
    """

    name: str
    kind: Kind
    title: str
    target: str
    limit: str | None
    gaps: tuple[StoredGap, ...]


def comment(gap: StoredGap, file: MapFile, catalogue: Catalogue) -> str:
    """Return what a person should know who fills in the target of a code."""
    how = "To map it, put code and equivalence (equivalent, wider, inexact ...) in the target:"
    targets = _targets(gap, file, catalogue)
    return " ".join([_where(gap), how, targets, *_doubts(gap, file, catalogue)])


def _where(gap: StoredGap) -> str:
    about = f"{', '.join(gap.topics)}. " if gap.topics and gap.answers is None else ""
    asked = f", answers {gap.answers.code}" if gap.answers else ""
    values = f", answered by {' or '.join(gap.values)}" if gap.values else ""
    return f"{about}Stands at {gap.at}{asked}{values}; records: {count_words(gap.records)}."


def _targets(gap: StoredGap, file: MapFile, catalogue: Catalogue) -> str:
    if file.limit is not None:
        return f"one of {', '.join(answer_words(catalogue.attested)[file.limit])}."
    names = [one.name for one in gap.suggestions if one.map == file.kind]
    if file.kind is Kind.ELEMENT:
        return f"{' or '.join(names)}."
    return f"a code of {' or '.join(names)} (nelm codes show {names[0]})."


def _doubts(gap: StoredGap, file: MapFile, catalogue: Catalogue) -> Iterable[str]:
    """Yield what would make the map of no use: a type of value that the element does not read."""
    row = catalogue.attested.row(gap.suggestions[0].name) if file.kind is Kind.ELEMENT else None
    unread = [value for value in gap.values if row and not is_read(value, row)]
    if unread and row:
        yield f"{row.code} does not read {' or '.join(unread)}: such answers stay unknown."
    if gap.unverified:
        yield "Our lists name this code and could not confirm it; confirm it before you map it."


def overlay_toml(name: str, catalogue: Catalogue) -> str:
    """Return the main file: name and version; everything else is there to be switched on."""
    options = "\n".join(f"# {option} = true" for option in sorted(catalogue.known_options))
    months = catalogue.definitions.freshness.imaging_months
    return f"""# The overlay of a hospital. Use: nelm assess FILE --overlay FOLDER
# Check it with `nelm overlay check FOLDER` and `nelm overlay test FOLDER`.

name    = "{name}"
version = "0.1"

# Weak codes (certainty W, see nelm codes show) that are not to be trusted: "system|code", or "*".
weak_codes_off = []

# Switches that the rules leave to the center.
# [options]
{options}

# How many months imaging stays fresh: may be stricter than {months}, never laxer.
# [freshness]
# imaging_months = {months}
"""


def answers_toml(words: Mapping[str, Sequence[str]]) -> str:
    """Return the skeleton of fixed answer strings, all of it commented out."""
    lines = [
        "# Fixed answer strings: per element, the whole text as sent = our word. Spaces around and",
        "# case aside they must be equal; never free text. Take the # away where you fill one in.",
    ]
    for element, known in words.items():
        lines += ["", f"# [{element}]", f'# "text as sent" = "{known[0]}"']
        lines += [f"#   words: {', '.join(known)}"]
    return "\n".join(lines) + "\n"


def readme(name: str, maps: Sequence[MapFile], left: Sequence[StoredGap]) -> str:
    """Return what stands in the folder, what to do next, and what stands in no map."""
    rows = "\n".join(
        f"| `ConceptMap-{file.name}.json` | {file.title.lower()} | {len(file.gaps)} |"
        for file in maps
    )
    near = [gap for gap in left if gap.near != _FARTHEST]
    unplaced = "\n".join(_unplaced(gap) for gap in near) or "None."
    return f"""# Overlay {name}

Made by `nelm overlay new` from a coverage report. It loads as it is and changes nothing: every code
stands under `unmatched`, with a suggestion in its comment. A suggestion is made from words; what a
code means only the hospital knows.

| file | what it maps | codes |
|---|---|---|
{rows}
| `answers.toml` | fixed answer strings | |
| `overlay.toml` | name, version, options, freshness | |

## Next steps

1. For each code decide what it means. Replace its target by, for instance,
   `{{ "code": "liver-resectability", "equivalence": "equivalent" }}`. Where it fits only about, say
   `inexact`: the finding is then unknown, never guessed. Delete codes that mean something else.
2. Fill in `answers.toml` where answers come as fixed texts.
3. `nelm overlay check FOLDER --against coverage.json`: faults, codes without target or never seen.
4. `nelm overlay test FOLDER`: the worked cases, with it.
5. `nelm coverage RECORDS --overlay FOLDER`: what is still not mapped.

## Codes in no map

Near something that is read, but nothing tells what they would be mapped to; {len(left) - len(near)}
codes of other drugs are left out. A code without system has to be corrected by its sender.

{unplaced}
"""


def _unplaced(gap: StoredGap) -> str:
    name = f" {gap.display}" if gap.display else ""
    system = f"{gap.system}|" if gap.system else "(no system) "
    return f"* `{system}{gap.code}`{name}, {gap.at} ({', '.join(gap.near)})"
