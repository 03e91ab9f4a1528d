"""Things that turn out to be one: keys joined by links, whatever the order of joining."""

from collections.abc import Iterable


class Groups:
    """Disjoint sets of keys; each set is named by its smallest key."""

    def __init__(self) -> None:
        self._parents: dict[str, str] = {}

    def add(self, key: str) -> str:
        """Make the key known, alone if it is new, and return the name of its set."""
        self._parents.setdefault(key, key)
        return self.name(key)

    def join(self, keys: Iterable[str]) -> None:
        """Make all these keys one set."""
        names = sorted({self.add(key) for key in keys})
        for name in names[1:]:
            self._parents[name] = names[0]

    def name(self, key: str) -> str:
        """Return the name of the set that holds the key; the key itself if it is not known."""
        while (parent := self._parents.get(key, key)) != key:
            key = parent
        return key

    def __contains__(self, key: str) -> bool:
        return key in self._parents
