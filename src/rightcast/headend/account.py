"""What a channel tells of itself: its state, what is shown and why, and how each of its sources does."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from rightcast.contract.reports import SourceReport
from rightcast.domain.failover import SLATE, Cause
from rightcast.domain.sources import redact
from rightcast.headend.health import FAULT_WORDS, SILENT_AFTER_S, Facts, State, judge, off_air, switched
from rightcast.headend.leg import patience_of

if TYPE_CHECKING:
    from rightcast.domain.lineup import Channel
    from rightcast.headend.leg import Leg
    from rightcast.headend.statistics import Statistics
    from rightcast.headend.switching import Switcher

_PACKETS_OF_PROOF = 50


class Told(TypedDict):
    """The fields of a channel's report that are the account's."""

    state: str
    since: float
    source: str
    detail: str
    showing: str
    switched: float
    cause: str
    sources: list[SourceReport]


class Account:
    """Remembers since when a channel has been in its state, and whether its signal is scrambled."""

    def __init__(self, now: float) -> None:
        self.state = State.STARTING
        self._since = now
        self._scrambling: tuple[Statistics | None, int, int, bool] = (None, 0, 0, False)

    def tell(
        self,
        record: Channel,
        switcher: Switcher,
        *,
        active: bool,
        picture_open: bool,
        failure: str,
        note: str,
        now: float,
    ) -> Told:
        """How the channel does now; asked about once a second. `note` is told beside it."""
        leg = switcher.on_air or switcher.legs.get(1) or next(iter(switcher.legs.values()), None)
        state, sentence = judge(self._facts(record, leg, active=active, picture=picture_open, failure=failure, now=now))
        standing, running = switcher.standing, switcher.is_running
        if running and not failure:
            state, sentence = _with_switching(state, sentence, record, switcher)
        if state is not self.state:
            self.state, self._since = state, now
        sources = record.sources
        shown = sources[standing.active - 1] if 0 < standing.active <= len(sources) else next(iter(sources), None)
        return Told(
            state=state.value,
            since=self._since,
            source="" if shown is None else redact(shown.url),
            detail=" ".join(filter(None, (sentence, note))),
            showing="" if not running else "slate" if standing.active == SLATE else f"source {standing.active}",
            switched=standing.since if running else 0.0,
            cause=standing.cause.value if running else "",
            sources=[_source(place, one.url, switcher) for place, one in enumerate(sources, 1)],
        )

    def _facts(
        self, record: Channel, leg: Leg | None, *, active: bool, picture: bool, failure: str, now: float
    ) -> Facts:
        seen = None if leg is None else leg.statistics
        return Facts(
            now=now,
            active=active,
            source=1 if leg is None else record.sources.index(leg.source) + 1 if leg.source in record.sources else 1,
            sources=len(record.sources),
            tried_since=now if leg is None else leg.turned_to,
            last_bytes=0.0 if leg is None else leg.intake.last_data,
            last_data=0.0 if seen is None else seen.last_data,
            last_segment=0.0 if seen is None else seen.last_segment,
            picture_open=picture and leg is not None and leg.is_on_air,
            scrambled=seen is not None and self._is_scrambled(seen),
            trouble="" if leg is None else leg.intake.trouble,
            note="" if leg is None else leg.intake.splitter.note,
            patience_s=SILENT_AFTER_S if leg is None else patience_of(leg, SILENT_AFTER_S),
            failure=failure,
        )

    def _is_scrambled(self, seen: Statistics) -> bool:
        """Whether more than a tenth of the packets since the last look were scrambled."""
        looked_at, packets, scrambled, before = self._scrambling
        if looked_at is not seen:
            packets, scrambled, before = seen.packets, seen.scrambled_packets, False
            if looked_at is None:
                packets = scrambled = 0
        passed = seen.packets - packets
        verdict = (seen.scrambled_packets - scrambled) * 10 > passed if passed > _PACKETS_OF_PROOF else before
        self._scrambling = (seen, seen.packets, seen.scrambled_packets, verdict)
        return verdict


def _with_switching(state: State, sentence: str, record: Channel, switcher: Switcher) -> tuple[State, str]:
    """The state and sentence of the source, and what the switcher made of it."""
    standing = switcher.standing
    told = switched(standing, len(record.sources))
    if switcher.wish is not None and switcher.wish not in {SLATE, standing.active}:
        told = f"Source {switcher.wish} is asked for and has no picture yet. {told}".strip()
    if standing.active != SLATE:
        return state, " ".join(filter(None, (told, sentence)))
    if standing.cause is Cause.ASKED or not record.sources:
        return (State.ON_AIR if told else state), told or sentence
    faults = {place: _words(leg) for place, leg in switcher.legs.items()}
    told = off_air(standing.since, {place: words for place, words in faults.items() if words})
    state = State.SILENT if state in {State.ON_AIR, State.STARTING} else state
    return state, " ".join(filter(None, (told, sentence)))


def _source(place: int, url: str, switcher: Switcher) -> SourceReport:
    leg, sight = switcher.legs.get(place), switcher.sights.get(place)
    if leg is None:
        return SourceReport(place=place, source=redact(url), state="resting")
    if leg.is_on_air:
        state = "on_air"
    elif sight is None or sight.opening:
        state = "opening"
    else:
        state = "standby" if sight.is_good else "faulty"
    return SourceReport(
        place=place,
        source=redact(url),
        state=state,
        since=leg.since,
        fault="" if state == "opening" else _words(leg),
        bitrate_bps=leg.statistics.bitrate_bps,
    )


def _words(leg: Leg) -> str:
    """What is wrong with a source; its own trouble says more than that it is closed."""
    if leg.fault is None:
        return ""
    return leg.intake.trouble.rstrip(".") or FAULT_WORDS[leg.fault]
