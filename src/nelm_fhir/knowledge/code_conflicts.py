"""Local meanings that contradict each other or ours: a fault, never a silent win.

In: our lines and those of the overlays. Out: faults. One local code may stand for several codes of
ours as long as no group gets two meanings from them (architecture section 3, Overlays).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations

from nelm_fhir.core.codes import Code
from nelm_fhir.knowledge.code_files import NEVER
from nelm_fhir.knowledge.codes import Member

Meaning = Mapping[str, frozenset[tuple[str | None, bool]]]
"""By group: the words, and whether they are exact."""

Scope = tuple[str | None, Code]
"""Attested element (None: everywhere) and code."""


def check_site(
    shipped: Iterable[Member], site: Mapping[str, list[Member]], faults: list[str]
) -> None:
    """Add a fault for every contradiction; `site` is the lines of each overlay by its name."""
    ours: dict[Code, list[Member]] = defaultdict(list)
    for line in shipped:
        ours[line.code].append(line)
    by_scope: dict[Scope, dict[str, list[Member]]] = defaultdict(lambda: defaultdict(list))
    for name, lines in site.items():
        for line in lines:
            by_scope[line.element, line.code][name].append(line)
    for (_, code), by_overlay in by_scope.items():
        faults.extend(f"{what}: {code}" for what in _contradictions(ours[code], by_overlay))


def _contradictions(ours: list[Member], site: Mapping[str, list[Member]]) -> Iterable[str]:
    if any(line.group == NEVER for line in ours):
        yield f"{', '.join(site)}: a code of the group {NEVER} cannot have a meaning"
    meanings = {name: _meaning(lines) for name, lines in site.items()}
    for one, other in combinations(meanings, 2):
        if meanings[one] != meanings[other]:
            yield f"{one}, {other}: one code with two meanings"
    for name, lines in site.items():
        if _differ(_meaning(ours), meanings[name]):
            yield f"{name}: has another meaning in our lists"
        if any(_differ(a, b) for a, b in combinations(_by_target(lines), 2)):
            yield f"{name}: one code with two meanings"


def _by_target(lines: list[Member]) -> list[Meaning]:
    targets: dict[str | None, list[Member]] = defaultdict(list)
    for line in lines:
        targets[line.note].append(line)
    return [_meaning(lines) for lines in targets.values()]


def _meaning(lines: Iterable[Member]) -> Meaning:
    found: dict[str, set[tuple[str | None, bool]]] = defaultdict(set)
    for line in lines:
        if line.hit:
            found[line.group].add((line.word, line.hit.exact))
    return {group: frozenset(words) for group, words in found.items()}


def _differ(one: Meaning, other: Meaning) -> bool:
    return any(one[group] != other[group] for group in one.keys() & other.keys())
