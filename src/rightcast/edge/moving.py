"""Moves sessions between rings without their having to connect again: to the slate or another channel, and back.

Every move follows a decision. What a session may no longer see is refused from the moment it is moved.
"""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from rightcast.edge.endless_ts import Viewer
from rightcast.edge.shown import SLATE, Shown, Stretch, Wish

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rightcast.edge.endless_ts import Delivery
    from rightcast.edge.ring_reader import Ring, Rings
    from rightcast.edge.viewings import Viewing, Viewings

STALE_S = 6.0
"""A ring that has not grown for so long shows nothing any more."""
PATIENCE_S = 5.0
"""A slate may take so long to come before its viewers are cut."""
BACK_S = 3.0
"""Playlists begin so long before the moment of a move, that there is something to list at once."""
_RECENT_S = 30.0

_log = logging.getLogger(__name__)


class Mover:
    """Knows who sees something else than the channel asked for. `end` is told whom nothing can be shown."""

    def __init__(
        self,
        rings: Rings,
        delivery: Delivery,
        viewings: Viewings,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._rings = rings
        self._delivery = delivery
        self._viewings = viewings
        self._clock = clock
        self._moved: dict[Viewing, float] = {}

    def __len__(self) -> int:
        return len(self._moved)

    def begin(self, viewing: Viewing, wishes: tuple[Wish, ...], at: float | None = None) -> None:
        """A session that is only now opened here sees one of these; `at`: since when, where it began before that."""
        viewing.wants = wishes
        wish = self._choose(wishes)
        viewing.right_id = wish.right_id
        viewing.shows = wish.shown
        viewing.course = (Stretch(wish.shown),)
        if at is not None and viewing.opened < at:
            viewing.course = (Stretch(Shown(viewing.channel_id), until=at), Stretch(wish.shown, at - BACK_S))
        self._moved[viewing] = self._clock()

    def to(self, viewing: Viewing, wishes: tuple[Wish, ...], at: float | None = None) -> None:
        """From now on a session sees the first of these that has a picture; `at`: since when it should have."""
        viewing.wants = wishes
        self._turn(viewing, self._choose(wishes), at)

    def home(self, viewing: Viewing, right_id: int, rendition: int = 0) -> None:
        """It may see its own channel, and does; `rendition`: the copy with its overlay, as soon as that is there."""
        own = Wish(Shown(viewing.channel_id), right_id)
        if rendition:
            self.to(viewing, (Wish(Shown(viewing.channel_id, rendition), right_id), own), viewing.from_wall)
            self._moved.setdefault(viewing, self._clock())
        elif viewing.wants:
            self.to(viewing, (own,), viewing.from_wall)
        else:
            self._viewings.rests_on(viewing, right_id)

    def rescue(self, viewing: Viewing) -> bool:
        """The ring that it sees has ended: whether it could be moved to another."""
        if viewing.ended or not viewing.wants:
            return False
        left = tuple(one for one in viewing.wants if one.shown != viewing.shows)
        if not left:
            return False
        self._turn(viewing, self._choose(left), None)
        return True

    def ring_of(self, shown: Shown) -> Ring:
        """The first ring of what is shown."""
        return self._rings.get(shown.channel_id, shown.rendition)

    def tick(self) -> list[Viewing]:
        """Follow what fails and what comes back; returns those to whom nothing can be shown any more."""
        now = self._clock()
        lost: list[Viewing] = []
        for viewing, since in list(self._moved.items()):
            if viewing.ended:
                del self._moved[viewing]
                continue
            wish = self._choose(viewing.wants)
            if wish.shown != viewing.shows:
                self._turn(viewing, wish, None)
            if self._is_alive(viewing.shows) or viewing.shows.channel_id == viewing.channel_id:
                self._moved[viewing] = now
            elif now - since > PATIENCE_S:
                lost.append(viewing)
            if _is_home(viewing):
                del self._moved[viewing]
        return lost

    def _choose(self, wishes: Sequence[Wish]) -> Wish:
        return next((one for one in wishes if self._is_alive(one.shown)), wishes[-1])

    def _is_alive(self, shown: Shown) -> bool:
        ring = self.ring_of(shown)
        return ring.up and ring.newest_joinable() is not None and time.monotonic() - ring.grown < STALE_S

    def _turn(self, viewing: Viewing, wish: Wish, at: float | None) -> None:
        before, now = viewing.shows, self._clock()
        self._viewings.rests_on(viewing, wish.right_id)
        if wish.shown == before:
            return
        moment = at if at is not None and now - _RECENT_S < at <= now else now
        self._viewings.turn(viewing, wish.shown)
        course = viewing.course or (Stretch(before),)
        own = before.channel_id == wish.shown.channel_id
        since = moment if own or wish.shown.channel_id == viewing.channel_id else moment - BACK_S
        viewing.course = (*course[:-1], replace(course[-1], until=moment), Stretch(wish.shown, since))
        self._moved[viewing] = now
        ring = self.ring_of(wish.shown)
        back = wish.shown.channel_id == viewing.channel_id
        for one in list(viewing.viewers):
            if isinstance(one, Viewer):
                self._delivery.move(one, ring, viewing.from_wall if back else 0.0, at_once=not own and not back)
            else:
                one.cut()  # sound alone, and what is kept: they are asked for anew
        for wait in list(viewing.waits):
            wait.cancel()
        if SLATE in {wish.shown, before}:
            _log.info("Session %s sees %s", viewing.sid, "the slate" if wish.shown == SLATE else wish.shown)


def _is_home(viewing: Viewing) -> bool:
    return len(viewing.wants) == 1 and viewing.wants[0].shown == viewing.shows == Shown(viewing.channel_id)
