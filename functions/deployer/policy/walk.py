"""Every map, list and text of a template with its place, in its order; without recursion, however deep it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Place(NamedTuple):
    """A key, and the place of the map or list that it is in: many places share what is above them."""

    key: str
    above: Place | None = None

    def below(self, *keys: str) -> Place:
        """The place that these keys lead to from here."""
        place = self
        for key in keys:
            place = Place(key, place)
        return place

    @property
    def keys(self) -> list[str]:
        """The way here, from the top."""
        found: list[str] = []
        place: Place | None = self
        while place is not None:
            found.append(place.key)
            place = place.above
        return found[::-1]


def walk(node: Any, place: Place, *, enters: Callable[[Any], bool] = bool) -> Iterator[tuple[Place, Any]]:
    """`enters` says of a map or list whether what is in it follows."""
    waiting = [(place, node)]
    while waiting:
        where, current = waiting.pop()
        yield where, current
        if isinstance(current, dict | list) and enters(current):
            members = list(current.items() if isinstance(current, dict) else enumerate(current))
            waiting += [(Place(str(key), where), member) for key, member in reversed(members)]
