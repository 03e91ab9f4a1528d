"""TOML tables read key by key: what is missing, of a wrong type or never asked for is a fault.

A Section remembers which keys were asked for; `close` refuses the others. After a fault reading
goes on with a neutral value, so that one run finds every fault. Numbers are exact decimals.
"""

import tomllib
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import Any

from nelm_fhir.knowledge.faults import Faults


class Section:
    """One table of a TOML file."""

    def __init__(self, values: Mapping[str, Any], file: str, path: str, faults: Faults) -> None:
        self.values = values
        self.file = file
        self.path = path
        self.faults = faults
        self._asked: set[str] = set()

    def where(self, key: str) -> str:
        """Return the full key, as a fault names it."""
        return f"{self.path}.{key}" if self.path else key

    def fault(self, key: str, what: str) -> None:
        """Note a fault at a key of this table; an empty key is the table itself."""
        self.faults.add(self.file, self.where(key) if key else self.path, what)

    def unknown(self, key: str, what: str, word: str, known: Collection[str]) -> None:
        """Note a word at that key that is not one of the known ones."""
        self.faults.unknown(self.file, self.where(key) if key else self.path, what, word, known)

    def has(self, key: str) -> bool:
        """Return whether the key stands in the table, and note that it was asked for."""
        self._asked.add(key)
        return key in self.values

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text; an empty one, or none without default, is a fault."""
        if default is not None and not self.has(key):
            return default
        value = self._take(key, str, "a text")
        if value == "" and default is None and key in self.values:
            self.fault(key, "is empty")
        return str(value or "")

    def optional_text(self, key: str) -> str | None:
        """Return a text, or None where the key is absent."""
        return self.text(key) if self.has(key) else None

    def word(self, key: str, known: Collection[str], what: str) -> str:
        """Return a text that must be one of the known words."""
        value = self.text(key)
        if value and value not in known:
            self.unknown(key, what, value, known)
        return value

    def texts(self, key: str, *, optional: bool = False) -> tuple[str, ...]:
        """Return a list of distinct texts; absent is a fault unless it is optional."""
        if optional and not self.has(key):
            return ()
        value = self._take(key, list, "a list of texts")
        if value is None:
            return ()
        if not all(isinstance(item, str) and item for item in value):
            self.fault(key, "must be a list of texts, none of them empty")
            return ()
        if len(set(value)) < len(value):
            self.fault(key, "names something twice")
        return tuple(value)

    def words(self, key: str, known: Collection[str], what: str) -> tuple[str, ...]:
        """Return a list of texts that must be known words; absent is an empty list."""
        given = self.texts(key, optional=True)
        for word in given:
            if word not in known:
                self.unknown(key, what, word, known)
        return given

    def number(self, key: str) -> Decimal:
        """Return an exact number."""
        value = self._take(key, (int, Decimal), "a number")
        return Decimal(0) if value is None else Decimal(value)

    def integer(self, key: str) -> int:
        """Return a whole number."""
        value = self._take(key, int, "a whole number")
        return 0 if value is None else int(value)

    def boolean(self, key: str, *, default: bool | None = None) -> bool:
        """Return true or false."""
        if default is not None and not self.has(key):
            return default
        return bool(self._take(key, bool, "true or false"))

    def section(self, key: str) -> "Section":
        """Return the table at that key; a missing one is a fault and reads as empty."""
        value = self._take(key, dict, "a table")
        return Section(value or {}, self.file, self.where(key), self.faults)

    def sections(self, key: str) -> list["Section"]:
        """Return the tables of a list, each named by its `id` where it has one."""
        value = self._take(key, list, "a list of tables")
        return [self._entry(key, place, item) for place, item in enumerate(value or (), start=1)]

    def entries(self) -> Iterator[tuple[str, "Section"]]:
        """Iterate over all keys of this table, each holding a table."""
        for key in self.values:
            yield key, self.section(key)

    def mapping(self, key: str) -> dict[str, str]:
        """Return a table of texts."""
        value = self._take(key, dict, "a table of texts") or {}
        if all(isinstance(text, str) and text for text in value.values()):
            return dict(value)
        self.fault(key, "must be a table of texts, none of them empty")
        return {}

    def close(self) -> None:
        """Refuse every key that nobody asked for."""
        for key in self.values:
            if key not in self._asked:
                self.unknown("", "key", key, self._asked)

    def _entry(self, key: str, place: int, item: object) -> "Section":
        path = f"{self.where(key)}[{place}]"
        if not isinstance(item, dict):
            self.faults.add(self.file, path, "must be a table")
            return Section({}, self.file, path, self.faults)
        name = item.get("id")
        return Section(item, self.file, name if isinstance(name, str) else path, self.faults)

    def _take(self, key: str, kind: type | tuple[type, ...], what: str) -> Any:
        """Return the value if it is of that kind, else None with a fault."""
        if not self.has(key):
            self.fault(key, f"is missing; it must be {what}")
            return None
        value = self.values[key]
        if isinstance(value, bool) and kind is not bool:
            value = None
        if isinstance(value, kind):
            return value
        self.fault(key, f"must be {what}")
        return None


def read_toml(file: str, content: bytes, faults: Faults) -> Section:
    """Return the top table of a TOML file; one that cannot be parsed is a fault and reads empty."""
    try:
        values = tomllib.loads(content.decode(), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        faults.add(file, "", f"is not valid TOML ({error})")
        return Section({}, file, "", Faults())  # one fault is enough for it
    return Section(values, file, "", faults)
