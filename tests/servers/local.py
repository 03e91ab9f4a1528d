"""A real HTTP server on loopback whose answers a test writes as a function.

    with Local(lambda asked: Reply(200, {"resourceType": "Patient"})) as server:
        client = Client(Server(base=f"{server.origin}/fhir"))

Every request is kept in `asked`, in the order of arrival.
"""

import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query))

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))


@dataclass
class Reply:
    """What is answered. A dict is sent as JSON, an iterator piece by piece without a length.

    `cut`: the connection is closed after so many bytes of the body.
    """

    status: int = 200
    content: dict[str, Any] | bytes | Iterator[bytes] = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None

    def body(self) -> bytes | Iterator[bytes]:
        if isinstance(self.content, dict):
            return json.dumps(self.content).encode()
        return self.content


class Hang(Exception):
    """Raised by an answering function: close the connection without a word."""


Answering = Callable[[Asked], Reply]


class Local:
    """The server; a context manager. `tls` makes it an https server."""

    def __init__(
        self, answering: Answering, tls: ssl.SSLContext | None = None, port: int = 0
    ) -> None:
        self.answering = answering
        self.asked: list[Asked] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._server.daemon_threads = True
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        self.origin = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self.base = f"{self.origin}/fhir"

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def seen(self, header: str) -> list[str]:
        """Every value of a header that arrived."""
        return [one.headers[header] for one in self.asked if header in one.headers]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        local = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 64 * 1024

            def answer(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                asked = Asked(self.command, self.path, self.headers, self.rfile.read(length))
                local.asked.append(asked)
                try:
                    reply = local.answering(asked)
                except Hang:
                    self.close_connection = True
                    return
                with suppress(BrokenPipeError, ConnectionResetError):
                    self.reply(reply)

            do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = answer  # noqa: N815

            def reply(self, reply: Reply) -> None:
                body = reply.body()
                self.send_response_only(reply.status)
                if "Date" not in reply.headers:
                    self.send_header("Date", self.date_time_string())
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                if isinstance(body, bytes):
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    if self.command != "HEAD":
                        self.wfile.write(body if reply.cut is None else body[: reply.cut])
                    self.close_connection = self.close_connection or reply.cut is not None
                else:
                    self.send_header("Connection", "close")
                    self.end_headers()
                    for piece in body:
                        self.wfile.write(piece)
                        self.wfile.flush()
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                """Keep the output of the tests free of requests."""

        return Handler


def bundle(*resources: dict[str, Any], next_page: str | None = None, **rest: Any) -> Reply:
    """A page of a search."""
    link = [{"relation": "next", "url": next_page}] if next_page is not None else []
    entries = [{"resource": resource} for resource in resources]
    return Reply(
        200,
        {"resourceType": "Bundle", "type": "searchset", "link": link, "entry": entries, **rest},
        {"Content-Type": "application/fhir+json"},
    )


def outcome(status: int, *codes: str, text: str = "", **headers: str) -> Reply:
    """A refusal with an OperationOutcome; `text` is what a server tells in words."""
    issues = [{"severity": "error", "code": code, "diagnostics": text} for code in codes]
    return Reply(
        status,
        {"resourceType": "OperationOutcome", "issue": issues},
        {"Content-Type": "application/fhir+json", **headers},
    )


def answers(*replies: Reply | Hang) -> Answering:
    """Answer the requests in this order; the last one again and again."""
    left = list(replies)
    lock = threading.Lock()

    def one(_asked: Asked) -> Reply:
        with lock:
            reply = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(reply, Hang):
            raise reply
        return reply

    return one
