"""What somebody orders to be taken down, checked against what the station has, and in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from rightcast.domain.errors import InvalidInputError, NotFoundError
from rightcast.domain.takedown import Cause, Takedown
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.library.models import Title
from rightcast.panel.lines.models import Line
from rightcast.panel.territories import check_territory

if TYPE_CHECKING:
    from django.db.models import Model

MOST_NAMED = 500
_LONGEST_CASE = 80
_LONGEST_NAMES = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A takedown that is wanted. `begins` None: now; `expires` None: until somebody lifts it.

    What is not named is not narrowed: without a line and a territory it is dark for everybody. `shown_from` and
    `shown_until` narrow it to what its channels show in that span, past and to come.
    """

    cause: str = Cause.OTHER.value
    case: str = ""
    ordered_by: str = ""
    note: str = ""
    begins: datetime | None = None
    expires: datetime | None = None
    channel_ids: tuple[int, ...] = ()
    title_ids: tuple[int, ...] = ()
    line_ids: tuple[int, ...] = ()
    territories: tuple[str, ...] = ()
    shown_from: datetime | None = None
    shown_until: datetime | None = None

    def record(self, now: datetime, number: int = 0) -> Takedown:
        """The order as every plane will know it, checked. Raises InvalidInputError and NotFoundError."""
        if self.cause not in set(Cause):
            raise InvalidInputError(
                f"'{self.cause}' is no cause of a takedown.",
                remedy="Name one of " + ", ".join(one.value for one in Cause) + ".",
                field="cause",
            )
        check_named(self)
        found = Takedown(
            id=number,
            case=self.case.strip(),
            cause=Cause(self.cause),
            begins=self.begins or now,
            expires=self.expires,
            channel_ids=frozenset(self.channel_ids),
            title_ids=frozenset(self.title_ids),
            line_ids=frozenset(self.line_ids),
            territories=frozenset(check_territory(one, field="territories") for one in self.territories),
            shown_from=self.shown_from,
            shown_until=self.shown_until,
        )
        found.check()
        if found.expires is not None and found.expires <= now:
            raise InvalidInputError("The takedown has expired.", remedy="Name a later moment.", field="expires")
        return found


def check_named(order: Order) -> None:
    """Raise InvalidInputError or NotFoundError when the station has not what an order names."""
    if len(order.case) > _LONGEST_CASE or not order.case.isprintable():
        raise InvalidInputError("The case has no such number.", remedy="Use up to 80 characters.", field="case")
    _check(Channel, order.channel_ids, "channels", "channel")
    _check(Title, order.title_ids, "titles", "title")
    _check(Line, order.line_ids, "lines", "line")


def in_words(takedown: Takedown) -> str:
    """What is dark, such as "Rai 1, Rai 2 in FR"."""
    named = _names(Channel, takedown.channel_ids) + _names(Title, takedown.title_ids)
    words = ", ".join(named) or "everything"
    if takedown.is_partial:
        words += f", shown {_moment(takedown.shown_from)} to {_moment(takedown.shown_until)} UTC"
    if takedown.line_ids:
        words += " for " + ", ".join(_names(Line, takedown.line_ids, limit=10))
    if takedown.territories:
        words += " in " + ", ".join(sorted(takedown.territories))
    return words if len(words) <= _LONGEST_NAMES else words[: _LONGEST_NAMES - 1] + "…"


def _moment(moment: datetime | None) -> str:
    return "any time" if moment is None else f"{moment:%Y-%m-%d %H:%M}"


def _names(table: type[Model], ids: frozenset[int], limit: int = 20) -> list[str]:
    rows = table._default_manager.filter(pk__in=sorted(ids)[:limit])  # noqa: SLF001 - Django's own name for it
    more = len(ids) - limit
    return [str(row) for row in rows] + ([f"{more} more"] if more > 0 else [])


def _check(table: type[Model], ids: tuple[int, ...], field: str, noun: str) -> None:
    if len(ids) > MOST_NAMED:
        raise InvalidInputError(f"{len(ids)} {noun}s are too many for one takedown.", remedy="Make two.", field=field)
    found = set(table._default_manager.filter(pk__in=ids).values_list("pk", flat=True))  # noqa: SLF001 - likewise
    missing = next((one for one in ids if one not in found), None)
    if missing is not None:
        raise NotFoundError(f"There is no {noun} {missing}.", remedy=f"List them with `rightcast {noun} list`.")
