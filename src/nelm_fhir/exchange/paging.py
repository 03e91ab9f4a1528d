"""All pages of a search, to the end or with an error: a part is never taken for the whole.

In: the first answer. Out: page after page. Links are followed as given, absolute, relative to the
host or to the base, on configured origins only. A link that was followed before, more pages or
resources than the limits allow, or a page that is no Bundle is an error.
Source: interop 5 (search) and 7, rule 10.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from nelm_fhir.errors import ServerRefused
from nelm_fhir.exchange.answer import Answer
from nelm_fhir.exchange.client import Client


def pages(client: Client, first: Answer) -> Iterator[dict[str, Any]]:
    """Yield every page as JSON."""
    for _, page in answers(client, first):
        yield page


def answers(client: Client, first: Answer) -> Iterator[tuple[Answer, dict[str, Any]]]:
    """Yield every page as it came, for whoever needs its bytes, and as JSON."""
    limits = client.server.limits
    seen: set[str] = set()
    answer, resources = first, 0
    for _ in range(limits.pages):
        page = _bundle(answer)
        resources += len(page.get("entry", ()))
        if resources > limits.resources:
            raise _partial(f"A search has more than {limits.resources} resources")
        yield answer, page
        link = next_link(page)
        if link is None:
            return
        url = client.url(link)
        if url in seen:
            raise _partial("The pages of a search lead back to one that was read before")
        seen.add(url)
        answer = client.get(url)
    raise _partial(f"A search has more than {limits.pages} pages")


def _bundle(answer: Answer) -> dict[str, Any]:
    page = answer.json()
    if page.get("resourceType") != "Bundle" or not isinstance(page.get("entry", []), list):
        raise _partial("A page of a search is no Bundle")
    return page


def next_link(page: Mapping[str, Any]) -> str | None:
    """Return the link to the next page; None on the last one. Raises ServerRefused."""
    links = page.get("link", [])
    if not isinstance(links, list) or not all(isinstance(link, dict) for link in links):
        raise _partial("The links of a page cannot be read")
    further = [link.get("url") for link in links if link.get("relation") == "next"]
    if not further:
        return None
    if len(set(map(str, further))) > 1 or not isinstance(further[0], str) or not further[0]:
        raise _partial("The link to the next page cannot be read")
    return further[0]


def _partial(what: str) -> ServerRefused:
    return ServerRefused(
        f"{what}; what was read so far is not used.",
        "Narrow the search, or ask whoever runs the server.",
    )
