"""Looks into a source for a few seconds and tells what is in it: services, streams, codecs, bitrate.

Used before a source is trusted with a channel. Whatever fails says why, without credentials.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rightcast.domain.errors import NotATransportStreamError, SourceUnreachableError
from rightcast.domain.lineup import SourceKind
from rightcast.domain.sources import parse_source_url, redact
from rightcast.formats.mpegts.packets import PACKET_BYTES, Aligner
from rightcast.headend.ffmpeg import find_ffmpeg
from rightcast.headend.multiplex import Multiplex
from rightcast.headend.ring import Ring
from rightcast.headend.segmenter import Segmenter
from rightcast.headend.sources.ending import SourceEndedError
from rightcast.headend.sources.opening import Workshop, open_receiver

if TYPE_CHECKING:
    from rightcast.contract.station import StationSettings
    from rightcast.headend.multiplex import Service
    from rightcast.headend.sources.receiver import Receiver

DEFAULT_SECONDS = 4.0
_TICK_S = 0.05
_FIRST_BYTE_S = 12.0
_MOST_SERVICES = 40
_SCRATCH_BYTES = 64 << 20
_FEWEST_PACKETS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbedStream:
    """One elementary stream; `language` is ISO 639-2 or empty."""

    pid: int
    stream_type: int
    description: str
    language: str
    codec: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbedService:
    """One service. `codecs` is an RFC 6381 list, `resolution` like 1920x1080; both empty while unknown."""

    service_id: int
    name: str
    provider: str
    service_type: int
    pmt_pid: int
    pcr_pid: int
    streams: tuple[ProbedStream, ...]
    codecs: str
    resolution: str
    bitrate_bps: int
    scrambled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeResult:
    """What a few seconds of a source told. `url` carries no credentials; `remarks` are sentences."""

    url: str
    kind: SourceKind
    seconds: float
    bitrate_bps: int
    packets: int
    continuity_errors: int
    datagrams_lost: int
    scrambled: bool
    services: tuple[ProbedService, ...]
    remarks: tuple[str, ...] = ()


@dataclass(slots=True)
class _Listener:
    """Gathers what arrives; services are looked into as their tables come."""

    folder: Path
    multiplex: Multiplex = field(default_factory=Multiplex)
    aligner: Aligner = field(default_factory=Aligner)
    segmenters: dict[int, Segmenter] = field(default_factory=dict)
    sizes: dict[int, int] = field(default_factory=dict)
    received_bytes: int = 0
    packets: int = 0
    first: float = 0.0
    last: float = 0.0

    def feed(self, block: bytes, now: float) -> None:
        self.first = self.first or now
        self.last = now
        self.received_bytes += len(block)
        aligned = self.aligner.feed(block)
        self.packets += len(aligned.headers) if aligned is not None else 0
        self.multiplex.feed(block, now)
        for service_id in [*self.multiplex.services][:_MOST_SERVICES]:
            if service_id not in self.segmenters:
                self._look_into(service_id)

    @property
    def seconds(self) -> float:
        """Between the first byte and the last."""
        return max(self.last - self.first, _TICK_S)

    def _look_into(self, service_id: int) -> None:
        ring = Ring(
            service_id,
            self.folder / str(service_id),
            announce=lambda _: None,
            playlist_segments=3,
            max_bytes=_SCRATCH_BYTES,
        )
        segmenter = Segmenter(ring, segment_s=1.0, part_s=1.0)
        self.segmenters[service_id] = segmenter
        self.sizes[service_id] = 0

        def sink(data: bytes, now: float) -> None:
            self.sizes[service_id] += len(data)
            segmenter.feed(data, now)

        self.multiplex.attach(service_id, sink)


async def probe(url: str, *, settings: StationSettings | None = None, seconds: float = DEFAULT_SECONDS) -> ProbeResult:
    """Receive a source for about `seconds` and say what is in it.

    Raises InvalidInputError for an address that is not accepted, SourceUnreachableError when
    nothing comes, NotATransportStreamError when something else comes, PortTakenError and
    FfmpegMissingError. Runs in an event loop on the main thread.
    """
    kind, _ = parse_source_url(url)
    with tempfile.TemporaryDirectory(prefix="rightcast-probe-") as folder:
        scratch = Path(folder)
        ffmpeg = find_ffmpeg(settings.ffmpeg if settings is not None else "")
        receiver = open_receiver(Workshop(ffmpeg, scratch / "cards"), url)
        listener = _Listener(scratch)
        try:
            await _listen(receiver, listener, url, seconds)
            lost = receiver.lost
        finally:
            receiver.close()
    return _result(url, kind, listener, lost)


async def _listen(receiver: Receiver, listener: _Listener, url: str, seconds: float) -> None:
    """Drain until enough was seen. Raises when there is nothing to see."""
    await receiver.start()
    begun = time.time()
    while True:
        now = time.time()
        try:
            for block in receiver.drain(now):
                listener.feed(block, now)
        except SourceEndedError as end:
            if listener.packets >= _FEWEST_PACKETS:
                return
            raise _explained(end, listener, url) from end
        if listener.first and now - listener.first >= seconds:
            break
        if not listener.first and now - begun > max(_FIRST_BYTE_S, seconds):
            raise SourceUnreachableError(
                f"Nothing came from {redact(url)} within {now - begun:.0f} seconds.",
                remedy="Check that it is sending, and that its packets reach this machine (interface, firewall).",
                field="url",
            )
        await asyncio.sleep(_TICK_S)
    if listener.packets < _FEWEST_PACKETS or not listener.multiplex.services:
        raise _not_a_stream(url, listener)


def _explained(
    end: SourceEndedError, listener: _Listener, url: str
) -> SourceUnreachableError | NotATransportStreamError:
    if listener.received_bytes or "Invalid data found" in end.sentence:
        return _not_a_stream(url, listener)
    return SourceUnreachableError(redact(end.sentence), remedy=end.remedy, field="url")


def _not_a_stream(url: str, listener: _Listener) -> NotATransportStreamError:
    if listener.packets >= _FEWEST_PACKETS:
        return NotATransportStreamError(
            f"{redact(url)} sends transport packets, but no table that says what is in them.",
            remedy="Let the sender include PAT and PMT, at least twice a second.",
            field="url",
        )
    size = f"{listener.received_bytes} bytes came and" if listener.received_bytes else "it"
    return NotATransportStreamError(
        f"{redact(url)} was opened, but {size} held no stream that can be carried.",
        remedy="Check that the address is the stream itself and not a web page; rtp:// and udp:// differ too.",
        field="url",
    )


def _result(url: str, kind: SourceKind, listener: _Listener, lost: int) -> ProbeResult:
    services = tuple(_service(found, listener) for found in listener.multiplex.services.values())
    seen = [segmenter.statistics for segmenter in listener.segmenters.values()]
    scrambled = any(service.scrambled for service in services)
    return ProbeResult(
        url=redact(url),
        kind=kind,
        seconds=round(listener.seconds, 2),
        bitrate_bps=round(listener.received_bytes * 8 / listener.seconds),
        packets=listener.packets,
        continuity_errors=sum(statistics.continuity_errors for statistics in seen),
        datagrams_lost=lost,
        scrambled=scrambled,
        services=services,
        remarks=tuple(_remarks(services, listener, lost)),
    )


def _service(found: Service, listener: _Listener) -> ProbedService:
    segmenter = listener.segmenters.get(found.service_id)
    seen = segmenter.statistics if segmenter is not None else None
    return ProbedService(
        service_id=found.service_id,
        name=found.name,
        provider=found.provider,
        service_type=found.service_type,
        pmt_pid=found.pmt_pid,
        pcr_pid=found.pcr_pid,
        streams=tuple(
            ProbedStream(
                pid=stream.pid,
                stream_type=stream.stream_type,
                description=stream.description,
                language=stream.language,
                codec=stream.codec,
                kind=stream.kind.value,
            )
            for stream in found.streams
        ),
        codecs=seen.codecs if seen is not None else "",
        resolution=seen.resolution if seen is not None else "",
        bitrate_bps=round(listener.sizes.get(found.service_id, 0) * 8 / listener.seconds),
        scrambled=found.scrambled,
    )


def _remarks(services: tuple[ProbedService, ...], listener: _Listener, lost: int) -> list[str]:
    remarks = []
    if any(service.scrambled for service in services):
        remarks.append("Scrambled packets are passed on as they are; viewers without the key see nothing.")
    if len(services) > 1:
        remarks.append("The source is a multiplex: choose a service id for each channel.")
    if any(not service.streams for service in services):
        remarks.append("Services without streams are announced but were not sent while listening.")
    if lost:
        remarks.append(f"{lost} datagrams were lost on the way.")
    if listener.aligner.skipped_bytes > PACKET_BYTES:
        remarks.append(f"{listener.aligner.skipped_bytes} bytes between packets made no sense.")
    return remarks
