"""What to do about a fault of an overlay, by the words that the fault is told in.

In: a fault as the loader tells it. Out: the remedy, or nothing where the fault itself says what is
asked for ("is missing", "must be ...", "nearest: ...").
"""

from typing import Final

from nelm_fhir.knowledge.code_files import KEEPING, LOOSE, WITHOUT_TARGET

_REMEDIES: Final = (
    (
        "none of our codes",
        "Name a code of attested-element, attested-answer or a list: nelm codes.",
    ),
    ("equivalence: unknown", f"Give one of {', '.join(sorted(KEEPING | LOOSE | WITHOUT_TARGET))}."),
    ("no answer to", "Give a word of that element: nelm codes show attested-answer."),
    ("needs a source system", "Give group.source and a code in each element."),
    ("needs a system", "Give include.system and a code in each concept."),
    ("targetCanonical:", "Give the ValueSet attested-<element> of an element, or leave it out."),
    ("is none of our value sets", "Name a plain list by its canonical URL: nelm codes show."),
    ("includes none of our value sets", "Add compose.include.valueSet with the list it extends."),
    ("cannot have a meaning", "Take the code out: it looks like ours and means something else."),
    ("has another meaning in our lists", "Take the code out; report it if our list is wrong."),
    ("one code with two meanings", "Leave one target, or limit each map to one element."),
    ("not weak", "Name a code of certainty W (nelm codes show), or * for all of them."),
    ("is not a JSON object", "Correct the JSON; a file holds one ConceptMap or ValueSet."),
    ("is neither a ConceptMap nor a ValueSet", "Take the file out of the folder."),
    ("is not part of an overlay", "Take the file out of the folder."),
    ("a published set is never changed", "Give the set its own id and derived_from."),
    ("stands for two answers", "Leave one of the two spellings."),
    ("another overlay", "Let one of the two overlays say it."),
    ("two overlays are named", "Rename one of them in its overlay.toml."),
)


def remedy(fault: str) -> str | None:
    """Return what to do about a fault."""
    return next((text for words, text in _REMEDIES if words in fault), None)
