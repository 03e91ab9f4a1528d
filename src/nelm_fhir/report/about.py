"""What a document about one patient is made from: the record, its assessment, the words.

In: a record as read, its assessment, the catalogue, a voice. Out: one value that all parts of the
document share, so that each says a thing in the same words.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from nelm_fhir.assessment.result import Assessment, Text
from nelm_fhir.assessment.told import Fact
from nelm_fhir.assessment.voice import Voice
from nelm_fhir.knowledge.catalogue import Catalogue
from nelm_fhir.pipeline import Read
from nelm_fhir.report.evidence import Facts, facts_of
from nelm_fhir.report.markup import Markup, element, joined


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses that a page shows where they are not empty: form, worklist, fact sheet."""

    form: str = ""
    worklist: str = ""
    facts: str = ""


NO_LINKS = Links()


@dataclass(frozen=True, slots=True)
class About:
    """One patient: what was read, what was judged, and how it is said."""

    read: Read
    assessment: Assessment
    catalogue: Catalogue
    voice: Voice
    facts: Facts

    @classmethod
    def of(cls, read: Read, assessment: Assessment, catalogue: Catalogue, voice: Voice) -> "About":
        """Return the document's matter, its facts numbered."""
        return cls(read, assessment, catalogue, voice, facts_of(assessment, voice))

    @property
    def language(self) -> str:
        """The code of the language that is spoken."""
        return self.voice.wording.language

    def word(self, key: str) -> str:
        """Return a word of the page."""
        return self.voice.word("page", key)

    def phrase(self, key: str, **words: str) -> str:
        """Return a phrase of the page with its fields filled."""
        return self.voice.phrase("page", key, **words)

    def text(self, name: str) -> Text:
        """Return the sentence behind an id, in the language of the page where it has one."""
        return self.voice.told(name, self.assessment.texts[name])

    def label(self, name: str, label: str) -> str:
        """Return the label of a criterion in the language of the page where it has one."""
        return self.voice.label(name, label)

    @property
    def notice(self) -> str:
        """The standard notice (rules 13)."""
        words = self.catalogue.texts.languages.get(self.language)
        return words.notice if words else self.assessment.notice

    def cited(self, facts: Iterable[Fact]) -> Markup:
        """Return links to the numbered facts of the page: [2] [5]."""
        numbers = self.facts.numbers_of(facts)
        return joined(
            (element("a", f"[{n}]", href=f"#fact-{n}", class_="cite") for n in numbers), " "
        )
