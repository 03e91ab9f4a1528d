"""The head of the page: whose record, as of when, what can be done next, and the standard notice.

In: the matter of the page. Out: Markup. A name is never shown: the patient is the reference of the
record.
"""

from collections.abc import Iterator

from nelm_fhir.report.about import About, Links
from nelm_fhir.report.markup import Markup, element, joined

_SHORT = 12
"""Letters of a digest that tell two catalogues apart for people."""


def head(about: About, links: Links) -> Markup:
    """Return the head."""
    return element(
        "header",
        element("a", about.word("skip"), href="#verdicts", class_="skip"),
        element("h1", about.word("title")),
        element("p", about.word("subtitle"), class_="dim"),
        *_alerts(about),
        element("dl", *_who(about), class_="who"),
        _links(about, links),
        element("p", about.notice, class_="notice"),
    )


def _alerts(about: About) -> Iterator[Markup]:
    if not about.assessment.neuroendocrine:
        yield element("p", "! ", about.word("nothing-neuroendocrine"), class_="alert")
    if about.read.test_data:
        yield element("p", "! ", about.word("test-data"), class_="alert")


def _who(about: About) -> Iterator[Markup]:
    its = about.assessment
    subject = its.subject.reference or about.word("not-named")
    version = its.subject.version
    if its.subject.reference and version:
        subject = about.phrase("version", name=subject, version=version)
    day = f"{about.voice.say(its.as_of)} ({its.as_of.isoformat()})"
    on = ", ".join(name for name, value in its.options.items() if value)
    overlays = ", ".join(f"{one.name} {one.version}" for one in about.catalogue.overlays)
    digest = its.catalogue_digest.partition(":")[2][:_SHORT]
    rows = (
        ("patient", subject, "subject"),
        ("as-of", day, None),
        ("options", on, None),
        ("overlay", overlays, None),
        ("program", f"{its.program}, {about.word('catalogue')} {digest}", None),
    )
    for key, value, kind in rows:
        if value:
            yield joined((element("dt", about.word(key)), element("dd", value, class_=kind)))


def _links(about: About, links: Links) -> Markup | None:
    addresses = (("form", links.form), ("worklist", links.worklist), ("facts", links.facts))
    shown = [element("a", about.word(key), href=to) for key, to in addresses if to]
    return element("nav", *shown, class_="links") if shown else None
