"""What a CMAF segment costs that is made of a segment of transport stream: clear, encrypted, in parts.

The reference is a stream copy of the same segment by PyAV, warm and in the same process, its decoders left out.
"""

from __future__ import annotations

import io
import itertools
import time
from statistics import median
from typing import TYPE_CHECKING

import av
from av.bitstream import BitStreamFilterContext

from bench import signals
from bench.figures import Figure, at_most
from rightcast.formats.cenc import SampleProtection
from rightcast.formats.cmaf import package
from rightcast.formats.mpegts.elementary import stretch
from rightcast.formats.mpegts.units import parse_unit_start

if TYPE_CHECKING:
    from collections.abc import Callable

VIDEO_PID = 0x100
PARTS = 8


def segment(quick: bool) -> list[Figure]:
    """CPU of one 2 s segment into two fragments, of the same encrypted, and of a part of a quarter of a second."""
    ts = signals.channel().path.read_bytes()
    starts = _pictures(ts)
    cuts = starts[:: 2 * 25][:6]
    segments = [ts[begin:end] for begin, end in itertools.pairwise(cuts)]
    first = parse_unit_start(ts[starts[0] : starts[0] + 188])
    time_90k = first.time if first is not None and first.time is not None else 0
    rounds = 20 if quick else 200

    def made(protection: SampleProtection | None = None) -> Callable[[], object]:
        turns = itertools.cycle(range(1, len(segments)))

        def one() -> object:
            turn = next(turns)
            before = segments[turn - 1]
            return package(segments[turn], before=before, time=time_90k, sequence=turn, protection=protection)

        return one

    key = bytes(range(16))
    clear, copied = _both(made(), _copying(segments), rounds)
    covered = {
        scheme: _cpu_ms(made(SampleProtection(scheme, key, key, key)), rounds // 2) for scheme in ("cenc", "cbcs")
    }
    part = _cpu_ms(_parts(segments, time_90k), rounds)
    size = f"of CPU per 2 s segment of {len(segments[1]) / 1e6:.2f} MB, 1080p25 with AAC"
    text = f"PyAV {av.__version__} stream copy, warm"
    worst = max(covered, key=covered.__getitem__)
    return [
        Figure(
            name="edge.cmaf_segment",
            value=clear,
            unit=f"ms {size}",
            goal=at_most(8),
            reference=text,
            reference_value=copied,
        ),
        Figure(
            name="edge.cmaf_segment_encrypted",
            value=covered[worst],
            unit=f"ms {size}, {worst} (the dearer scheme)",
            goal=at_most(16),
            reference="the same in the clear",
            reference_value=clear,
        ),
        Figure(name="edge.cmaf_part", value=part, unit="ms of CPU per part of 0.25 s of the same", goal=at_most(4)),
    ]


def _pictures(ts: bytes) -> list[int]:
    found = stretch(ts)
    return [row * 188 for row in found.unit_rows(VIDEO_PID).tolist()]


def _both(ours: Callable[[], object], theirs: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Medians of both, taken turn by turn, so that a busy moment falls on both."""
    times: tuple[list[float], list[float]] = ([], [])
    for one in (ours, theirs):
        one()
    for _ in range(rounds):
        for one, taken in zip((ours, theirs), times, strict=True):
            begin = time.process_time_ns()
            one()
            taken.append((time.process_time_ns() - begin) / 1e6)
    return median(times[0]), median(times[1])


def _cpu_ms(one: Callable[[], object], rounds: int) -> float:
    return _both(one, lambda: None, rounds)[0]


def _parts(segments: list[bytes], time_90k: int) -> Callable[[], object]:
    """Each part of the second segment in turn, as low-latency HLS asks for them."""
    now = segments[1]
    starts = [0, *_pictures(now)[1:]]
    cuts = [*starts[:: max(len(starts) // PARTS, 1)], len(now)]
    turns = itertools.cycle(itertools.pairwise(cuts))

    def one() -> object:
        begin, end = next(turns)
        return package(now[begin:end], before=segments[0] + now[:begin], time=time_90k, sequence=1)

    return one


def _copying(segments: list[bytes]) -> Callable[[], object]:
    turns = itertools.cycle(range(1, len(segments)))
    return lambda: _copied(segments[next(turns)])


def _copied(data: bytes) -> bytes:
    """One segment copied into fragments; decoders are kept out of probing, which costs most otherwise."""
    out = io.BytesIO()
    flags = "empty_moov+default_base_moof+cmaf+frag_custom+delay_moov+frag_discont"
    with (
        av.open(io.BytesIO(data), format="mpegts", options={"codec_whitelist": "aac"}) as source,
        av.open(out, "w", format="mp4", options={"movflags": flags, "use_editlist": "0"}) as target,
    ):
        streams = {one.index: target.add_stream_from_template(one) for one in source.streams}
        bare = {one.index: BitStreamFilterContext("aac_adtstoasc", one) for one in source.streams.audio}
        for packet in source.demux():
            if packet.dts is None:
                continue
            index = packet.stream_index
            for ready in bare[index].filter(packet) if index in bare else (packet,):
                ready.stream = streams[index]
                target.mux(ready)
    return out.getvalue()
