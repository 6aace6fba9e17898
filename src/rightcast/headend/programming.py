"""What operators and schedules want of the channels at this moment: what is shown, and which do not run at all."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rightcast.domain.failover import wish_of
from rightcast.domain.life import Running
from rightcast.domain.schedule import OFF, slot_at
from rightcast.headend.health import OFF as OFF_SENTENCE
from rightcast.headend.health import STOPPED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from rightcast.domain.lineup import Channel

LOOK_EVERY_S = 0.5


class Programming:
    """Looks only at channels on which something was set; both mappings are replaced when they change."""

    def __init__(self) -> None:
        self.resting: dict[int, str] = {}
        self.wishes: dict[int, int | None] = {}
        self._looked: Mapping[int, Channel] | None = None
        self._set: dict[int, Channel] = {}

    def look(self, carried: Mapping[int, Channel], zone: ZoneInfo, now: float) -> bool:
        """Compare with the clock; whether other channels rest than before."""
        if carried is not self._looked:
            self._looked = carried
            self._set = {number: one for number, one in carried.items() if one.features is not None}
        moment = datetime.fromtimestamp(now, UTC)
        shows = {number: self._show(one, moment, zone) for number, one in self._set.items()}
        before = self.resting
        self.resting = {
            number: STOPPED if one.life.running is Running.STOPPED else OFF_SENTENCE
            for number, one in self._set.items()
            if one.life.running is Running.STOPPED or shows[number] == OFF
        }
        self.wishes = {number: wish_of(show) for number, show in shows.items() if show != OFF}
        return self.resting != before

    @staticmethod
    def _show(channel: Channel, moment: datetime, zone: ZoneInfo) -> str:
        """The operator's pick; while it is automatic, what the schedule says."""
        pick = channel.failover.pick
        if wish_of(pick) is not None or not channel.schedule.slots:
            return pick
        slot = slot_at(channel.schedule, moment, zone)
        return pick if slot is None else slot.show
