"""One edge process: puts its rooms together, runs them, ends them in order."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import resource
import signal
import time
from typing import TYPE_CHECKING, Any

from rightcast.contract.catalogue import Kind
from rightcast.contract.reports import EdgeReport, SessionReport
from rightcast.domain.packaging import Packaging
from rightcast.edge.admission import RENEW_TS_S, Admission
from rightcast.edge.certificates import Certificate
from rightcast.edge.cues import Cues, cues_of
from rightcast.edge.doors import Doors, Rooms
from rightcast.edge.endless_ts import Delivery
from rightcast.edge.favourites import Favourites
from rightcast.edge.figures import version_of_this
from rightcast.edge.follower import Follower
from rightcast.edge.guide.shows import ReplicaGuide
from rightcast.edge.http_listener import Listener
from rightcast.edge.icy import Radio, Titles
from rightcast.edge.images import StationImages
from rightcast.edge.interfaces.hdhomerun import HdHomeRun
from rightcast.edge.interfaces.place import place_of
from rightcast.edge.keys import Keys
from rightcast.edge.library.films import Films
from rightcast.edge.library.shelves import Shelves
from rightcast.edge.live import Live
from rightcast.edge.marking import Variants
from rightcast.edge.moving import Mover
from rightcast.edge.origin import Origin
from rightcast.edge.packaging.lists import Lists
from rightcast.edge.packaging.manifests import Manifests
from rightcast.edge.packaging.outputs import Outputs
from rightcast.edge.packaging.pool import Pool
from rightcast.edge.packaging.workshop import Workshop
from rightcast.edge.past.playing import Playing
from rightcast.edge.places import Places
from rightcast.edge.replica import Replica
from rightcast.edge.ring_reader import Ring, Rings
from rightcast.edge.room import Room
from rightcast.edge.session_log import SessionLog
from rightcast.edge.standpoints import Standpoints
from rightcast.edge.takedowns import Dimming
from rightcast.edge.tickets import Tickets
from rightcast.edge.tuner import TunerDoor
from rightcast.edge.viewings import Viewing, Viewings
from rightcast.state.content_keys import ContentKeys
from rightcast.state.keys import derived_key, station_key
from rightcast.state.reports import FileReports
from rightcast.state.session_spool import SpoolWriter
from rightcast.state.sessions_file import FileSessions
from rightcast.state.sessions_memory import MemorySessions

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from rightcast.contract.station import StationSettings
    from rightcast.edge.guide_port import Archive, Guide
    from rightcast.edge.http_connection import Answer, Connection
    from rightcast.edge.http_message import Request
    from rightcast.edge.library_port import Library
    from rightcast.formats.scte35_events import CueAt
    from rightcast.state.sessions import Sessions

TICK_S = 0.1
REPORT_S = 1.0
LOOK_AHEAD_S = 10.0
PACKAGES_BYTES = 512 << 20
"""The most that packaged segments and parts may take of the tmpfs, beside the rings."""
VIEWINGS_PER_REPORT_S = 4_000
"""Every so many viewings the report, which names them all, comes a second later: it must not cost viewers."""

_log = logging.getLogger(__name__)


async def run(settings: StationSettings, index: int) -> None:
    """Serve viewers until SIGTERM. Raises CertificateError, PortTakenError and FolderNotWritableError."""
    ending = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, ending.set)
    raise_descriptor_limit()
    edge = Edge(settings, index)
    await edge.start()
    try:
        await edge.work(ending)
    finally:
        await edge.close()


def raise_descriptor_limit() -> None:
    """Every viewer is a descriptor: take as many as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Edge:
    """The rooms of one edge process, wired."""

    def __init__(
        self,
        settings: StationSettings,
        index: int,
        *,
        guide: Guide | None = None,
        archive: Archive | None = None,
        library: Library | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        loop = asyncio.get_running_loop()
        self.settings = settings
        self.index = index
        self._started = time.time()
        self._reports = FileReports(settings.reports)
        tls = settings.tls_certificate, settings.tls_key
        self.certificate = Certificate(tls[0], tls[1]) if settings.tls_listen and tls[0] and tls[1] else None
        self.listener = Listener(loop, self._answer)
        self.delivery = Delivery(loop, self.listener.writables)
        self.cues = Cues()
        self.rings = Rings(
            self._ring, marked=self.cues.heard, described=lambda ring: self.admission.ask_for_height(ring.channel_id)
        )
        self.viewings = Viewings()
        self.replica = Replica(settings.replica(index))
        self._kept_guide = ReplicaGuide(settings.replica(index))
        self.guide: Guide = guide or self._kept_guide
        self.sessions: Sessions = (
            FileSessions(settings.ring_root / "sessions.sqlite3") if settings.edges > 1 else MemorySessions()
        )
        self.room = Room(self.replica, self.sessions, clock, range(settings.edges))
        self.shelves = Shelves(self.replica, clock)
        key = station_key(settings.keys)
        tokens_key = derived_key(key, "tokens")
        tickets = Tickets(self.replica, tokens_key, clock=clock)
        self.places = Places(self.replica, settings.country_file)
        self.mover = Mover(self.rings, self.delivery, self.viewings, clock=clock)
        self.admission = Admission(
            replica=self.replica,
            sessions=self.sessions,
            viewings=self.viewings,
            secrets_key=derived_key(key, "secrets"),
            tokens_key=tokens_key,
            edge=f"e{index}",
            cut=self._cut,
            cues=self.cues,
            standpoints=Standpoints(self.replica, self.places.of, self.rings.of_channel, self.room),
            mover=self.mover,
            clock=clock,
        )
        self.dimming = Dimming(index, self._reports, self.admission, self.viewings, clock=clock)
        spool = SpoolWriter(settings.session_spool, index)
        whence = self.admission.asking.standpoints.whence
        self.log = SessionLog(spool, index, self.viewings, whence=whence, clock=clock)
        self.keys = Keys(self.replica, ContentKeys(key))
        self.workshop = Workshop(Pool(packaging_workers()), settings.packages(index), max_bytes=PACKAGES_BYTES)
        self.outputs = Outputs(
            self.rings,
            self.workshop,
            Lists(part_s=settings.part_s, covers=self.keys, cues=self._cues_of),
            Manifests(self.keys),
            covers=self.keys,
            packaging=self._packaging,
            place=lambda request: place_of(request, settings).url,
            variants=Variants(derived_key(key, "marks"), self.keys, segment_s=settings.segment_s),
        )
        self.radio = Radio(Titles(self._reports).of)
        self.playing = Playing(
            loop,
            self.listener.writables,
            settings.archive_root,
            replica=self.replica,
            cues=self.cues,
            guide=self.guide,
            admission=self.admission,
            viewings=self.viewings,
        )
        self.live = Live(
            self.admission,
            self.viewings,
            self.rings,
            self.delivery,
            keys=self.keys,
            outputs=self.outputs,
            radio=self.radio,
            tickets=tickets,
            playing=self.playing,
        )
        self.films = Films(
            loop,
            self.listener.writables,
            self.playing.files,
            settings.library,
            shelves=self.shelves,
            replica=self.replica,
            admission=self.admission,
            viewings=self.viewings,
        )
        self.favourites = Favourites(settings.favourites)
        doors = Doors(
            Rooms(
                settings=settings,
                replica=self.replica,
                admission=self.admission,
                live=self.live,
                playing=self.playing,
                films=self.films,
                tickets=tickets,
                key=key,
                guide=self.guide,
                archive=archive or self.playing.stock,
                library=library or self.shelves,
                favourites=self.favourites,
                clock=clock,
            )
        )
        self.doors = doors
        self.routes, self.guides, self.unknown = doors.routes, doors.guides, doors.unknown
        self.tuner = self._tuner() if settings.tuner_listen is not None and index == 0 else None
        self.origins = [Origin(settings.headend_socket(shard), self.rings) for shard in range(settings.headends)]
        self.follower = Follower(settings.feed, self.replica, self._changed)
        self._asking: set[asyncio.Task[None]] = set()
        self.port = 0
        self.tls_port = 0

    async def start(self) -> None:
        """Open the doors. Raises PortTakenError."""
        await self.sessions.revoke_edge(f"e{self.index}")
        await self.log.begin(self._reports.fetch("edge-", EdgeReport))
        with contextlib.suppress(OSError):
            await self.follower.poll()
        self.port = await self.listener.listen(self.settings.listen)
        if self.certificate is not None and self.settings.tls_listen is not None:
            self.tls_port = await self.listener.listen(self.settings.tls_listen, self.certificate)
        if self.tuner is not None:
            await self.tuner.open()
        _log.info("Edge %d listens on %s", self.index, self.settings.listen)

    async def work(self, ending: asyncio.Event) -> None:
        """Follow headends and feed, keep the clock, report, until `ending` is set."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(origin.follow()) for origin in self.origins]
            tasks.append(group.create_task(self.follower.follow()))
            tasks.append(group.create_task(self._keep_time()))
            tasks.append(group.create_task(self._look_ahead()))
            tasks.append(group.create_task(self.log.keep()))
            tasks.append(group.create_task(self.playing.stock.watch()))
            tasks.append(group.create_task(self.places.watch(lambda: self._ask_again(self.viewings.all()))))
            if self.tuner is not None:
                tasks.append(group.create_task(self.tuner.announce()))
            await ending.wait()
            for task in tasks:
                task.cancel()

    async def close(self) -> None:
        """Close the doors, finish what is under way, let go of everything."""
        if self.tuner is not None:
            await self.tuner.close()
        await self.listener.close()
        await self.log.close()
        await self.workshop.close()
        self.films.delivery.close()
        self.playing.close()
        self._kept_guide.close()
        self.replica.close()
        self.favourites.close()
        if isinstance(self.sessions, FileSessions):
            await self.sessions.revoke_edge(f"e{self.index}")
            self.sessions.close()

    def report(self) -> EdgeReport:
        """What this edge says of itself."""
        sessions = [viewing.report(SessionReport) for viewing in self.viewings.all()]
        return EdgeReport(
            edge=self.index,
            pid=os.getpid(),
            at=time.time(),
            started=self._started,
            version=version_of_this(),
            revision=self.replica.revision,
            heard=self.replica.heard,
            sessions=sessions,
            refusals=dict(self.admission.refusals),
            recent_refusals=list(self.admission.recent),
            seen=self.admission.identity.recently(),
            unknown=self.unknown.report(),
            bytes_sent=self.listener.bytes_sent
            + self.delivery.bytes_of_the_gone
            + self.radio.bytes_of_the_gone
            + self.playing.delivery.bytes_of_the_gone
            + self.films.delivery.bytes_of_the_gone
            + self.viewings.bytes_running(),
        )

    def _answer(self, request: Request, connection: Connection) -> Answer | Coroutine[Any, Any, Answer]:
        return self.routes.answer(request, connection)

    def _ring(self, channel_id: int, rendition: int) -> Ring:
        return Ring(
            channel_id,
            rendition=rendition,
            playlist_segments=self._window_segments(channel_id),
            segment_s=self.settings.segment_s,
            listener=self.delivery,
        )

    def _cues_of(self, ring: Ring) -> Sequence[CueAt]:
        return cues_of(self.rings.get(ring.channel_id).segments.values())  # rungs have none of their own

    def _window_segments(self, channel_id: int) -> int:
        return self._packaging(channel_id).window_segments(self.settings.segment_s, self.settings.playlist_segments)

    def _packaging(self, channel_id: int) -> Packaging:
        channel = self.replica.channels.get(channel_id)
        return channel.packaging if channel is not None else Packaging()

    def _tuner(self) -> TunerDoor | None:
        listen = self.settings.tuner_listen
        if listen is None:
            return None
        offered = HdHomeRun(
            self.settings.tuner_line,
            listen,
            replica=self.replica,
            catalogue=self.doors.catalogue,
            live=self.live,
            rings=self.rings,
            guides=self.guides,
            images=StationImages(self.settings.images),
        )
        return TunerDoor(asyncio.get_running_loop(), listen, offered)

    def _cut(self, viewing: Viewing) -> None:
        self.live.cut(viewing)

    def _changed(self, records: Sequence[tuple[Kind, int]]) -> None:
        for key in (key for kind, key in records if kind is Kind.CHANNEL):
            for ring in self.rings.of_channel(key):
                ring.show(self._window_segments(key))
        if days := [key for kind, key in records if kind is Kind.GUIDE]:
            self.guide.changed(days)
        self.dimming.changed(records)
        touched = self.viewings.touched_by(records)
        if any(kind is Kind.OVERLAY for kind, _ in records):
            named = {one.sid for one in self.replica.overlays.values()}
            touched += [one for one in self.viewings.all() if one.sid in named or one.shows.rendition or one.wants]
        self._ask_again(touched)

    def _ask_again(self, touched: Sequence[Viewing]) -> None:
        if touched:
            task = asyncio.get_running_loop().create_task(self.admission.ask_again(touched))
            self._asking.add(task)
            task.add_done_callback(self._asking.discard)

    async def _keep_time(self) -> None:
        next_second = next_renewal = next_report = 0.0
        while True:
            self.admission.end_due()
            for channel_id in self.cues.changed():
                self._ask_again(self.viewings.of_channel(channel_id))
            self.admission.end_unshown()
            counts = self.viewings.counts()
            for origin in self.origins:
                origin.want(counts)
            now = time.monotonic()
            if now >= next_renewal:
                next_renewal = now + RENEW_TS_S
                await self.admission.renew_ts()
            if now >= next_second:
                next_second = now + REPORT_S
                self._each_second()
            if now >= next_report:
                next_report = now + REPORT_S + len(self.viewings) // VIEWINGS_PER_REPORT_S
                self._report()
            await asyncio.sleep(TICK_S)

    async def _look_ahead(self) -> None:
        """What comes on all channels is made ready in a thread, so that nobody who asks for all of them waits."""
        while True:
            channel_ids = list(self.replica.channels)
            await asyncio.to_thread(self.guide.look_ahead, channel_ids, int(time.time()))
            await asyncio.sleep(LOOK_AHEAD_S)

    def _each_second(self) -> None:
        self.listener.sweep()
        if self.tuner is not None:
            self.tuner.listener.sweep()
        self.admission.expire_hls()
        self.workshop.sweep()
        self.playing.tick()
        self.films.tick()
        self.dimming.tick()
        self.room.hear(self._reports)
        if self.certificate is not None:
            self.certificate.refresh()

    def _report(self) -> None:
        try:
            self._reports.put(f"edge-{self.index}", self.report())
        except OSError as error:
            _log.warning("The report of this edge could not be written: %s", error)


def packaging_workers() -> int:
    """How many workers package for an edge: one for each core that its neighbours leave, but no fewer than two.

    With two of them a job that hangs holds up nobody else.
    """
    return max(2, min(4, (os.cpu_count() or 1) // 2))
