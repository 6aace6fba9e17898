"""Teletext subtitles of one segment as WebVTT: pure, from the segment's bytes and those shortly before it.

What is still shown at a segment's end is cut there and goes on in the next one, as live segments must stand alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rightcast.formats.mpegts.pes import packets_of, pes_packets
from rightcast.formats.mpegts.units import CLOCK_HZ, step
from rightcast.formats.teletext.characters import usual_region
from rightcast.formats.teletext.decoder import PageDecoder, Shown
from rightcast.formats.teletext.page import ROWS
from rightcast.formats.webvtt import VttCue, coloured, document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightcast.formats.teletext.page import Line

LONGEST_SHOWN_S = 30.0
"""Text whose end never comes goes after this time."""
_SHORTEST_S = 0.04


class Caption(NamedTuple):
    """Lines that are shown from `start` to `end`, in ticks after the segment's start."""

    start: int
    end: int
    lines: tuple[Line, ...]


def webvtt_segment(
    data: bytes,
    *,
    before: bytes = b"",
    pid: int,
    page: int,
    start: int,
    duration_s: float,
    language: str = "",
    local_s: float = 0.0,
    mapped: bool = True,
) -> str:
    """The WebVTT of one segment.

    `data`: its transport stream; `before`: what came before it, 20 s are plenty (of both, packets of other PIDs may
    be left out: see `packets_of`). `page` as in the descriptor, like 0x888. `start`: ticks of 90 kHz at which the
    segment begins, wrapped or not. Cue times count from `local_s` at the segment's start. `mapped`: with the
    X-TIMESTAMP-MAP of HLS; DASH does without. `language` helps where the sender leaves its letters open.
    """
    shown = captions(data, before=before, pid=pid, page=page, start=start, duration_s=duration_s, language=language)
    cues = [
        VttCue(
            start_s=local_s + one.start / CLOCK_HZ,
            end_s=local_s + one.end / CLOCK_HZ,
            text=text_of(one.lines),
            settings=settings_of(one.lines),
        )
        for one in shown
    ]
    return document(cues, mpegts=start if mapped else None, local_s=local_s)


def captions(
    data: bytes, *, before: bytes = b"", pid: int, page: int, start: int, duration_s: float, language: str = ""
) -> tuple[Caption, ...]:
    """What is shown within a segment; arguments as of `webvtt_segment`."""
    decoder = PageDecoder(page, region=usual_region(language))
    packets = packets_of(before, pid) + packets_of(data, pid)
    shown = decoder.feed(pes_packets(packets)) + decoder.finish()
    return _within(shown, start, round(duration_s * CLOCK_HZ))


def text_of(lines: Sequence[Line]) -> str:
    """Lines as the text of a cue; what another row repeats (double height does) is said once."""
    rows = ["".join(coloured(run.text, run.colour) for run in line.runs) for line in lines]
    return "\n".join(row for place, row in enumerate(rows) if not place or row != rows[place - 1])


def settings_of(lines: Sequence[Line]) -> str:
    """Where a cue stands: at the height of its first row, unless that is the usual place at the bottom."""
    first = min(line.row for line in lines)
    return f"line:{round((first - 1) * 100 / ROWS)}%" if first <= ROWS // 2 else ""


def _within(shown: Sequence[Shown], start: int, length: int) -> tuple[Caption, ...]:
    """The part of what is shown that lies in the segment; repetitions of a page that shows the same are one."""
    merged: list[tuple[int, tuple[Line, ...]]] = []
    for one in sorted(shown, key=lambda item: step(start, item.time)):
        at = step(start, one.time)
        if merged and merged[-1][1] == one.lines and at - merged[-1][0] < LONGEST_SHOWN_S * CLOCK_HZ:
            continue
        merged.append((at, one.lines))
    found = []
    for place, (at, lines) in enumerate(merged):
        following = merged[place + 1][0] if place + 1 < len(merged) else length
        begin = max(at, 0)
        end = min(following, length, at + round(LONGEST_SHOWN_S * CLOCK_HZ))
        if lines and end - begin >= _SHORTEST_S * CLOCK_HZ:
            found.append(Caption(begin, end, lines))
    return tuple(found)
