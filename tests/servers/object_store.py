"""An object store with the part of S3 that a reader needs: list a bucket, look at and read objects.

    with object_store({"export/patients.ndjson": b"..."}) as store:
        nelm("batch", store.address("export"), ...)

Who asks is not checked; what was asked is kept, so that a test sees how it was read.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote, unquote
from xml.sax.saxutils import escape

from tests.servers.local import Asked, Local, Reply

BUCKET = "registry"
CHANGED = "2026-05-01T10:00:00.000Z"
XML = {"Content-Type": "application/xml"}


@dataclass
class ObjectStore:
    """A running store."""

    server: Local

    def address(self, folder: str) -> str:
        """The address of a folder of the bucket, as pyarrow takes it."""
        port = self.server.port
        return f"s3://{BUCKET}/{folder}?scheme=http&endpoint_override=127.0.0.1%3A{port}"

    def read(self) -> list[str]:
        """The ranges that were asked for, in the order they were."""
        return [one.headers["Range"] for one in self.server.asked if "Range" in one.headers]


@contextmanager
def object_store(
    objects: Mapping[str, bytes], cut: Mapping[str, int] | None = None
) -> Iterator[ObjectStore]:
    """Serve objects; of those in `cut` nothing is given behind that byte."""

    def answer(asked: Asked) -> Reply:
        _, bucket, *rest = unquote(asked.path).split("/", 2)
        key = rest[0] if rest else ""
        if bucket != BUCKET:
            return error(404, "NoSuchBucket")
        if "list-type" in asked.query:
            return listed(objects, asked.query)
        if key not in objects:
            return error(404, "NoSuchKey")
        return read(asked, objects[key], (cut or {}).get(key))

    with Local(answer) as server:
        yield ObjectStore(server)


def read(asked: Asked, content: bytes, cut: int | None) -> Reply:
    headers = {"Last-Modified": "Fri, 01 May 2026 10:00:00 GMT", "ETag": '"1"'}
    if asked.method == "HEAD":
        return Reply(200, content, headers)
    first, _, last = asked.headers["Range"].removeprefix("bytes=").partition("-")
    if cut is not None and int(last) >= cut:
        return error(403, "AccessDenied")
    part = content[int(first) : int(last) + 1]
    where = f"bytes {first}-{int(first) + len(part) - 1}/{len(content)}"
    return Reply(206, part, {**headers, "Content-Range": where})


def listed(objects: Mapping[str, bytes], query: Mapping[str, str]) -> Reply:
    prefix, most = query.get("prefix", ""), int(query.get("max-keys", "1000"))
    after = query.get("continuation-token", "")
    names = sorted(name for name in objects if name.startswith(prefix) and name > after)
    shown = names[:most]
    more = len(names) > most
    entries = "".join(
        f"<Contents><Key>{escape(quote(name, safe='/'))}</Key><Size>{len(objects[name])}</Size>"
        f"<LastModified>{CHANGED}</LastModified><ETag>1</ETag></Contents>"
        for name in shown
    )
    token = f"<NextContinuationToken>{escape(shown[-1])}</NextContinuationToken>" if more else ""
    return Reply(
        200,
        f'<?xml version="1.0"?><ListBucketResult><Name>{BUCKET}</Name><Prefix>{escape(prefix)}'
        f"</Prefix><KeyCount>{len(shown)}</KeyCount><MaxKeys>{most}</MaxKeys>{token}"
        f"<EncodingType>url</EncodingType>"
        f"<IsTruncated>{str(more).lower()}</IsTruncated>{entries}</ListBucketResult>".encode(),
        XML,
    )


def error(status: int, code: str) -> Reply:
    text = f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>no</Message></Error>'
    return Reply(status, text.encode(), XML)
