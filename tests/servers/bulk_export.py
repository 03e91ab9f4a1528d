"""A Bulk Data server of our own: kick-off, state, manifest, files, as the versions differ.

    with Bulk(files={"Patient": [PATIENT]}) as bulk:
        Client(Server(bulk.base))

Every switch stands for what real servers do; `asked` keeps every request.
"""

import json
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, unquote

from tests.servers.local import Asked, Local, Reply, outcome

MOMENT = "2026-06-01T00:00:00Z"


@dataclass
class Bulk:
    """What the server holds and how it behaves."""

    files: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    deleted: list[dict[str, Any]] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)
    problems_key: str = "error"
    get: bool = True
    polls: int = 1
    apart: bool = False
    retry_after: str = "0"
    accepts: str = ""
    file_origin: str = ""
    requires_token: bool = False
    pages: int = 1
    expired: int = 0
    short: int = 0
    counted: bool = True
    failing: dict[str, Any] | None = None
    gone: bool = False
    refused: frozenset[str] = frozenset()
    """Types that are no part of an export of patients, and answered with 400."""
    first_type_only: bool = False
    """Of a type that repeats only the first is read, as HAPI does."""
    request: str = "/$export"

    def __enter__(self) -> Self:
        self._local = Local(self.answer).__enter__()
        self.origin, self.base = self._local.origin, self._local.base
        self.asked = self._local.asked
        self._left = self.polls
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._local.__exit__(kind, error, trace)

    def of(self, path: str) -> list[Asked]:
        """Requests whose path ends so."""
        return [one for one in self.asked if one.path.endswith(path)]

    def answer(self, asked: Asked) -> Reply:
        if asked.path.startswith("/files/"):
            return self.file(asked)
        if asked.path == "/status":
            return Reply(202) if asked.method == "DELETE" else self.state()
        if asked.path.startswith("/more/"):
            return self.manifest(int(asked.path.rpartition("/")[2]))
        return self.kick_off(asked)

    def kick_off(self, asked: Asked) -> Reply:
        if asked.method == "GET" and not self.get:
            return outcome(405, "not-supported")
        if asked.headers.get("prefer") != "respond-async":
            return outcome(400, "invalid")
        if self.refused & set(asked.query.get("_type", "").split(",")):
            return outcome(400, "processing")
        if asked.method == "POST" and self.first_type_only:
            parameters = json.loads(asked.body)["parameter"]
            first = next(one["valueString"] for one in parameters if one["name"] == "_type")
            self.request = f"/$export?_type={first}"
        self._left = self.polls
        return Reply(202, headers={"Content-Location": f"{self.origin}/status"})

    def state(self) -> Reply:
        if self.gone:
            return outcome(404, "not-found")
        if self._left > 0:
            self._left -= 1
            pause = {"Retry-After": self.retry_after, "X-Progress": "half"}
            return (
                Reply(200, headers={**pause, "X-Export-Status": "202 Accepted"})
                if self.apart
                else Reply(202, headers=pause)
            )
        if self.failing is not None:
            return Reply(**self.failing)
        return self.manifest(0)

    def manifest(self, page: int) -> Reply:
        where = self.file_origin or self.origin
        listed = [
            {
                "type": type_,
                "url": f"{where}/files/{quote(type_, safe='')}",
                **({"count": len(lines)} if self.counted else {}),
            }
            for type_, lines in self.files.items()
        ]
        size = -(-len(listed) // self.pages)
        content: dict[str, Any] = {
            "transactionTime": MOMENT,
            "request": f"{self.base}{self.request}",
            "requiresAccessToken": self.requires_token,
            "output": listed[page * size : (page + 1) * size],
            self.problems_key: [],
        }
        if page == 0 and self.deleted:
            content["deleted"] = [{"type": "Bundle", "url": f"{where}/files/deleted"}]
        if page == 0 and self.problems:
            content[self.problems_key] = [
                {"type": "OperationOutcome", "url": f"{where}/files/problems"}
            ]
        if page + 1 < self.pages:
            content["link"] = [{"relation": "next", "url": f"{self.origin}/more/{page + 1}"}]
        headers = {"X-Export-Status": "200 OK"} if self.apart else {}
        return Reply(200, content, headers)

    def file(self, asked: Asked) -> Reply:
        if self.expired > 0:
            self.expired -= 1
            return Reply(403)
        if self.requires_token and asked.headers.get("authorization") != f"Bearer {self.accepts}":
            return Reply(401)
        name = unquote(asked.path.rpartition("/")[2])
        lines = {"deleted": self.deleted, "problems": self.problems}.get(name) or self.files[name]
        body = "".join(f"{json.dumps(line)}\n" for line in lines).encode()
        if self.short > 0:
            self.short -= 1
            body = body[: len(body) // 2]
        return Reply(200, body, {"Content-Type": "application/fhir+ndjson"})
