"""Who watches what now: the edges' reports as one table that can be searched, narrowed, sorted and counted.

Pure: reports and names come in, rows go out; nothing is read here.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from rightcast.contract.reports import EdgeReport, SessionReport

UNKNOWN = "unknown"
_KINDS = {"ts": "endless", "hls": "playlist"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Watcher:
    """One session. `opened` in unix seconds, `bps` its average since then, `country` "" where it is not known.

    `past`: the moment of the archive at which it began, in unix seconds, 0 for the live picture.
    """

    sid: str
    line_id: int
    line: str
    channel_id: int
    channel: str
    right_id: int
    edge: int
    kind: str
    address: str
    country: str
    player: str
    opened: float
    bps: float
    past: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the table is narrowed to; "" and 0 narrow nothing. `sort` is a column, with `-` before it downwards."""

    words: str = ""
    edge: str = ""
    country: str = ""
    channel: int = 0
    kind: str = ""
    sort: str = "-opened"

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return bool(self.words or self.edge or self.country or self.channel or self.kind)


def watchers(
    edges: Iterable[EdgeReport], names: Mapping[int, str], country_of: Callable[[str], str], now: float
) -> list[Watcher]:
    """A row for each session of each edge; `names` are the channels'."""
    return [_watcher(edge.edge, one, names, country_of, now) for edge in edges for one in edge.sessions]


def fitting(rows: Sequence[Watcher], wish: Wish) -> list[Watcher]:
    """The rows that fit, in the order wished for."""
    found = [row for row in rows if _fits(row, wish)]
    key, downwards = _SORTS.get(wish.sort.removeprefix("-"), _SORTS["opened"]), wish.sort.startswith("-")
    return sorted(found, key=key, reverse=downwards)


def by_country(rows: Iterable[Watcher]) -> list[tuple[str, int]]:
    """Sessions of each country, most first; UNKNOWN stands for all whose place is not known."""
    counts = Counter(row.country or UNKNOWN for row in rows)
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


def sortable() -> frozenset[str]:
    """The columns by which rows can be sorted."""
    return frozenset(_SORTS)


_SORTS: dict[str, Callable[[Watcher], tuple[object, ...]]] = {
    "line": lambda row: (row.line.casefold(), row.opened),
    "channel": lambda row: (row.channel.casefold(), row.line.casefold()),
    "country": lambda row: (row.country or "~", row.address),
    "edge": lambda row: (row.edge, row.opened),
    "player": lambda row: (row.player.casefold(), row.opened),
    "kind": lambda row: (row.kind, row.opened),
    "rate": lambda row: (row.bps,),
    "opened": lambda row: (row.opened, row.sid),
}


def _watcher(
    edge: int, one: SessionReport, names: Mapping[int, str], country_of: Callable[[str], str], now: float
) -> Watcher:
    return Watcher(
        sid=one.sid,
        line_id=one.line_id,
        line=one.line,
        channel_id=one.channel_id,
        channel=names.get(one.channel_id, f"channel {one.channel_id}"),
        right_id=one.right_id,
        edge=edge,
        kind="past" if one.past else _KINDS.get(one.kind, one.kind),
        address=one.address,
        country=country_of(one.address),
        player=one.player,
        opened=one.opened,
        bps=8 * one.bytes_sent / max(now - one.opened, 1.0),
        past=one.past,
    )


def _fits(row: Watcher, wish: Wish) -> bool:
    if wish.edge and str(row.edge) != wish.edge:
        return False
    if wish.channel and row.channel_id != wish.channel:
        return False
    if wish.kind and row.kind != wish.kind:
        return False
    if wish.country and (row.country or UNKNOWN) != wish.country:
        return False
    if not wish.words:
        return True
    seen = f"{row.line} {row.channel} {row.address} {row.player} {row.sid}".casefold()
    return all(word in seen for word in wish.words.casefold().split())
