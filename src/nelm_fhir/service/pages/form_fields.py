"""The questions of the form as fields of a page.

In: a Questionnaire of ours, references of the record that an answer may be about. Out: markup. The
name of a field is `group copy linkId`; a group that repeats is there several times, all but the
first folded away. A question left open stays unknown: nothing is filled in but a reference that the
record leaves no choice about.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from nelm_fhir.knowledge.answer_words import answer_words
from nelm_fhir.knowledge.attested import AttestedTable
from nelm_fhir.report.markup import Content, Markup, element, joined
from nelm_fhir.service.pages.speech import Speech
from nelm_fhir.writers.canonicals import ENTRY_FORMAT, REFERENCED, UNIT_OPTION

COPIES: Final = 3
"""How often a group that repeats can be answered at once."""
_GROUP: Final = "group"
_DISPLAY: Final = "display"
Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asking:
    """What fields are made with: words, the table of answers, known references, what was sent.

    `sent` are the values of a form that was refused, by name of the field.
    """

    speech: Speech
    table: AttestedTable
    known: Sequence[str]
    sent: Mapping[str, Sequence[str]]

    def form(self, questionnaire: Item) -> Markup:
        """Return all groups of the form."""
        return joined(self._group(one) for one in questionnaire.get("item", ()))

    def _group(self, group: Item, *, inside: bool = False) -> Markup:
        copies = COPIES if group.get("repeats") else 1
        name = self._text(group)
        whys = [self._why(one) for one in group["item"] if one["type"] == _DISPLAY]
        if not whys and not inside:
            whys = [self.speech.words.say("form.beside")]
        parts: list[Content] = [element("legend", name)]
        parts += [element("p", one, class_="dim small") for one in whys]
        parts.append(element("div", *self._fields(group, 0), class_="fields"))
        for number in range(1, copies):
            more = self.speech.words.say("form.more", number=number + 1)
            fields = element("div", *self._fields(group, number), class_="fields")
            parts.append(element("details", element("summary", more), fields))
        inner = [self._group(one, inside=True) for one in group["item"] if one["type"] == _GROUP]
        return element("fieldset", *parts, *inner, class_="asked")

    def _fields(self, group: Item, copy: int) -> Iterator[Markup]:
        for one in group["item"]:
            if one["type"] not in (_GROUP, _DISPLAY):
                yield self._field(one, field_name(group, copy, one), copy)

    def _field(self, item: Item, name: str, copy: int) -> Markup:
        text = self._text(item)
        label = text if copy == 0 else f"{text} ({copy + 1})"
        marks = [element("span", unit, class_="dim") for unit in units(item)]
        example = next((one["valueString"] for one in _extensions(item, ENTRY_FORMAT)), None)
        told = self.speech.words.say("form.example", text=example) if example else None
        helps = element("span", told, class_="dim small") if told else None
        control = self._control(item, name)
        if marks:
            control = element("span", control, *marks, class_="value")
        return element("p", element("label", label, for_=name), control, helps, class_="field")

    def _control(self, item: Item, name: str) -> Markup:
        value = next(iter(self.sent.get(name, ())), None)
        match item["type"]:
            case "boolean":
                say = self.speech.words.say
                options = [("true", say("form.yes")), ("false", say("form.no"))]
                return self._select(name, options, value)
            case "choice" | "open-choice":
                return self._select(name, list(self._words(item)), value)
            case "reference":
                return self._reference(item, name, value)
            case "date":
                return element("input", type="date", id=name, name=name, value=value)
            case "quantity":
                return element(
                    "input",
                    id=name,
                    name=name,
                    inputmode="decimal",
                    value=value,
                    class_="short",
                    autocomplete="off",
                )
            case "integer":
                return element("input", type="number", id=name, name=name, value=value)
        return element("input", id=name, name=name, value=value, autocomplete="off")

    def _select(self, name: str, options: Sequence[tuple[str, str]], value: str | None) -> Markup:
        open_ = element("option", self.speech.words.say("form.open"), value="")
        made = [
            element("option", text, value=code, selected="" if code == value else None)
            for code, text in options
        ]
        return element("select", open_, *made, id=name, name=name)

    def _words(self, item: Item) -> Iterator[tuple[str, str]]:
        row = self.table.row(item["linkId"].rpartition(".")[2])
        for code in sorted(row.words if row is not None else ()):
            english = answer_words().get(code, code)
            yield code, self.speech.words.translated("answer", code, english)

    def _reference(self, item: Item, name: str, value: str | None) -> Markup:
        types = {one["valueCode"] for one in _extensions(item, REFERENCED)}
        fitting = [one for one in self.known if one.partition("/")[0] in types]
        initial = item.get("initial", [{}])[0].get("valueReference", {}).get("reference")
        listed = f"{name}-known" if fitting else None
        field = element(
            "input",
            id=name,
            name=name,
            list=listed,
            autocomplete="off",
            value=value if value is not None else initial,
        )
        offered = [element("option", value=one) for one in fitting]
        return joined((field, element("datalist", *offered, id=listed) if listed else None))

    def _text(self, item: Item) -> str:
        return self.speech.words.translated("asked", item["text"], item["text"])

    def _why(self, item: Item) -> str:
        """Return which criteria lack the answer, in the language of the page."""
        return self.speech.words.say("form.why", criteria=item["text"].partition(": ")[2])


def field_name(group: Item, copy: int, item: Item) -> str:
    """Return the name of a field."""
    return f"{group['linkId']}|{copy}|{item['linkId']}"


def units(item: Item) -> Iterator[str]:
    """Yield the unit that an answer is given in, if the question has one."""
    for one in _extensions(item, UNIT_OPTION):
        yield one["valueCoding"]["code"]


def _extensions(item: Item, url: str) -> Iterator[Item]:
    return (one for one in item.get("extension", ()) if one["url"] == url)
