"""What a line has recorded, each with the decision whether it may be watched or taken away now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.domain.entitlement import Allowed, Denied
from rightcast.domain.recordings import KEPT, Recording, decide_recording

if TYPE_CHECKING:
    from rightcast.domain.lineup import Line
    from rightcast.edge.asking import Asking
    from rightcast.edge.replica import Replica


@dataclass(frozen=True, slots=True)
class Shelved:
    """A recording as its line sees it."""

    recording: Recording
    channel_name: str
    playable: bool
    downloadable: bool


class Shelf:
    """Asks the replica and the decision; nothing is kept."""

    def __init__(self, replica: Replica, asking: Asking) -> None:
        self._replica = replica
        self._asking = asking

    def find(self, recording_id: int) -> Recording | None:
        """The recording of an id, whoever's it is."""
        return self._replica.recordings.find(recording_id)

    def decide(self, line: Line, recording: Recording | None, *, download: bool = False) -> Allowed | Denied:
        """Whether the line may watch it now, or take it away."""
        channel_id = 0 if recording is None else recording.channel_id
        return decide_recording(self._asking.question(line, channel_id, joins=False), recording, download=download)

    def of_line(self, line: Line) -> list[Shelved]:
        """All of a line that are not removed, the newest first."""
        return [self._shelved(line, one) for one in self._replica.recordings.of_line(line.id)]

    def playable(self, line: Line) -> list[Shelved]:
        """Those that may be watched now."""
        return [one for one in self.of_line(line) if one.playable]

    def _shelved(self, line: Line, one: Recording) -> Shelved:
        channel = self._replica.channels.get(one.channel_id)
        name = channel.name if channel is not None else ""
        playable = isinstance(self.decide(line, one), Allowed)
        taken = playable and one.status in KEPT and isinstance(self.decide(line, one, download=True), Allowed)
        return Shelved(one, name, playable, taken)
