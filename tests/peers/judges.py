"""Outside judges of FHIR R4 resources: programs made by others, behind one small interface.

In: a resource as a dict, or as JSON text where the exact digits matter.
Out: issues; `errors` gives those that make the resource wrong, as one line of text each.
Each judge is a context manager that keeps one process, or none, for its lifetime. See README.md.
"""

import json
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from fhir.resources.R4B import get_fhir_model_class
from pydantic import ValidationError
from tests.unit.unit_rows import NO_UCUM

PEERS = Path(__file__).resolve().parent
PROJECT = PEERS.parents[1]
CONFORMANCE = PROJECT / "mappings" / "fhir"

Resource = Mapping[str, Any] | str | bytes

MISSING = (3, 127)  # of the wirings: something is missing, named on standard error; no bash
FIRST_ANSWER = 600.0  # seconds: the first call of a fresh machine downloads and builds
NEXT_ANSWER = 120.0


class PeerMissing(Exception):
    """Something the judge needs is not on this machine; the text names it."""


class PeerBroken(Exception):
    """The judge ended or fell silent, which is never a verdict on a resource."""


class Judge(Protocol):
    """What every judge can do."""

    def errors(self, resource: Resource) -> list[str]:
        """Why the resource is wrong; empty when the judge finds no fault."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One remark of a judge: how grave, where, which rule, in words."""

    severity: str
    location: str
    id: str
    message: str

    @property
    def is_error(self) -> bool:
        return self.severity in {"error", "fatal"}

    def __str__(self) -> str:
        return f"{self.location}: {self.message}"


def _one_line(resource: Resource) -> str:
    if isinstance(resource, bytes):
        resource = resource.decode()
    if not isinstance(resource, str):
        return json.dumps(resource, default=_number)
    return " ".join(resource.splitlines())  # JSON strings hold no raw line breaks


def _number(value: object) -> float:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"not JSON: {type(value).__name__}")


class _Peer:
    """A process that answers each line of JSON with one line of JSON."""

    def __init__(self, *command: str | Path) -> None:
        self._stderr = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed in __exit__
        self._patience = FIRST_ANSWER
        self._process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            text=True,
            encoding="utf-8",
        )

    def __enter__(self) -> Self:
        try:
            self._ask('{"resourceType":"Patient","active":true}')
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._stderr.close()

    def _ask(self, line: str) -> list[Issue]:
        answer = self._exchange(line)
        self._patience = NEXT_ANSWER
        return [Issue(**issue) for issue in json.loads(answer)["issues"]]

    def _exchange(self, line: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        alarm = threading.Timer(self._patience, self._process.kill)
        alarm.start()
        try:
            with suppress(BrokenPipeError):  # the empty answer below tells why
                self._process.stdin.write(line + "\n")
                self._process.stdin.flush()
            answer = self._process.stdout.readline()
        finally:
            alarm.cancel()
        return answer or self._no_answer()

    def _no_answer(self) -> str:
        code = self._process.wait()
        self._stderr.seek(0)
        said = self._stderr.read().strip().splitlines()
        if code in MISSING:
            raise PeerMissing(said[-1] if said else "something is missing")
        raise PeerBroken(f"the judge gave no answer (exit {code}): {' '.join(said[-5:])}")


class HapiValidator(_Peer):
    """HAPI's R4 instance validator with our conformance resources; needs Java and Maven.

    An extension or `meta.profile` that nobody defines is an error, so that a misspelled canonical
    is found.
    """

    def __init__(self, *conformance: Path) -> None:
        folders = conformance or (CONFORMANCE,)
        options = [part for folder in folders for part in ("--ig", folder)]
        super().__init__(PEERS / "validator" / "validate", "--stdin", "--strict", *options)

    def issues(self, resource: Resource, *profiles: str) -> list[Issue]:
        """All remarks, warnings too; `profiles` are canonicals it must satisfy as well."""
        line = _one_line(resource)
        return self._ask(f"{' '.join(profiles)}\t{line}" if profiles else line)

    def errors(self, resource: Resource, *profiles: str) -> list[str]:
        return [str(issue) for issue in self.issues(resource, *profiles) if issue.is_error]


class MedplumValidator(_Peer):
    """Medplum's `validateResource`; needs Node and npm. Blind to terminology and references."""

    def __init__(self) -> None:
        super().__init__(PEERS / "medplum" / "validate")

    def issues(self, resource: Resource) -> list[Issue]:
        return self._ask(_one_line(resource))

    def errors(self, resource: Resource) -> list[str]:
        return [str(issue) for issue in self.issues(resource) if issue.is_error]


class UcumLhc(_Peer):
    """NLM's ucum-lhc; needs Node and npm."""

    def __init__(self) -> None:
        super().__init__(PEERS / "ucum" / "convert")
        self._known: dict[tuple[str, str], float | str | None] = {}

    def factor(self, one: str, other: str) -> float | str | None:
        """How many of the other unit one of the first is (tests/unit/unit_rows.py)."""
        if (one, other) not in self._known:
            told = json.loads(self._exchange(json.dumps({"from": one, "to": other})))
            factor = None if told["factor"] is None else float(told["factor"])
            self._known[one, other] = factor if told["valid"] else NO_UCUM
        return self._known[one, other]


class R4BModels:
    """The models of fhir.resources R4B, each resource of a Bundle on its own; needs nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def errors(self, resource: Resource) -> list[str]:
        tree = json.loads(_one_line(resource), parse_float=Decimal)
        return [error for where, one in _apart(tree) for error in _parse(where, one)]


def _apart(tree: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The resource itself; of a Bundle its entries' resources and then the Bundle without them."""
    if tree.get("resourceType") != "Bundle":
        yield tree.get("resourceType", ""), tree
        return
    shells = []
    for number, entry in enumerate(tree.get("entry", [])):
        shells.append({key: value for key, value in entry.items() if key != "resource"})
        if "resource" in entry:
            yield f"Bundle.entry[{number}].resource", entry["resource"]
    yield "Bundle", {**tree, "entry": shells}


def _parse(where: str, resource: dict[str, Any]) -> list[str]:
    try:
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    except ValidationError as wrong:
        faults = wrong.errors(include_input=False, include_url=False, include_context=False)
        return [f"{'.'.join([where, *map(str, fault['loc'])])}: {fault['msg']}" for fault in faults]
    except (KeyError, ValueError) as unknown:  # KeyError: the type of a contained resource
        return [f"{where}: no such resource type ({unknown})"]
    return []
