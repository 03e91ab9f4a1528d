"""What a form of a page sends: its fields and files, read within limits and never to the disk.

In: a request with `multipart/form-data` or `application/x-www-form-urlencoded`. Out: Submitted.
Raises HttpFault for what is no form, or is more than the limits allow.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.requests import Request

from nelm_fhir.service.received import received
from nelm_fhir.service.site import Site
from nelm_fhir.service.statuses import HttpFault

_MOST_FIELDS: Final = 5000
_MULTIPART: Final = "multipart/form-data"
_URLENCODED: Final = "application/x-www-form-urlencoded"
_REMEDY: Final = "Send it from the page."


@dataclass(frozen=True, slots=True)
class Submitted:
    """The fields of a form by name, in the order they stand in it, and its files."""

    fields: Mapping[str, Sequence[str]] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)

    def one(self, name: str) -> str:
        """Return the first value of a field without blanks around it; empty for none."""
        return next(iter(self.fields.get(name, ())), "").strip()

    def every(self, name: str) -> tuple[str, ...]:
        """Return all values of a field."""
        return tuple(self.fields.get(name, ()))


async def submitted(request: Request, site: Site) -> Submitted:
    """Return what a form sent. Raises HttpFault, InputError."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in {_MULTIPART, _URLENCODED}:
        raise HttpFault(415, "not-supported", "What was sent is no form.", _REMEDY)
    body = await received(request, site)
    if kind == _URLENCODED:
        return await _sorted(await FormParser(request.headers, _once(body)).parse())
    parser = MultiPartParser(
        request.headers, _once(body), max_fields=_MOST_FIELDS, max_part_size=len(body)
    )
    parser.spool_max_size = len(body) + 1  # a record is never written to a disk
    try:
        return await _sorted(await parser.parse())
    except MultiPartException:
        raise HttpFault(400, "structure", "The form cannot be read.", _REMEDY) from None


async def _once(body: bytes) -> AsyncGenerator[bytes, None]:
    yield body


async def _sorted(data: FormData) -> Submitted:
    fields: dict[str, list[str]] = {}
    files: dict[str, bytes] = {}
    for name, value in data.multi_items():
        if isinstance(value, UploadFile):
            files[name] = await value.read()
        else:
            fields.setdefault(name, []).append(value)
    await data.close()
    return Submitted(fields, files)
