"""Inside a worker: reads the bytes of a job, packages them, writes the result.

May raise, hang or crash; see the pool.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from rightcast.domain.protection import Scheme
from rightcast.edge.packaging.job import Extent, Hide, Job, Made, Place, Recipe
from rightcast.edge.packaging.names import ALL_PIDS
from rightcast.formats.cenc import SampleProtection
from rightcast.formats.cmaf import empty_fragment, package
from rightcast.formats.dvb_subtitles.images import imsc_segment, spans
from rightcast.formats.isobmff.captions import captions_fragment, document_fragment
from rightcast.formats.languages import web_language
from rightcast.formats.mpegts.sample_aes_ts import protect
from rightcast.formats.mpegts.selection import select
from rightcast.formats.mpegts.units import CLOCK_HZ
from rightcast.formats.sample_aes import encrypt_segment
from rightcast.formats.teletext.segments import captions, settings_of, text_of, webvtt_segment

if TYPE_CHECKING:
    from collections.abc import Iterable, Set


def make(job: Job) -> Made:
    """Do a job. Raises OSError, and whatever the formats raise for bytes that they cannot read."""
    source = _read(job.source)
    if job.recipe is Recipe.TEXT:
        return _write(Path(job.out), (), [(job.pids[0], _text(job, source))])
    if job.recipe is Recipe.CAPTIONS:
        return _write(Path(job.out), (), [(job.pids[0], _captions(job, source))])
    if job.recipe is Recipe.BITMAPS:
        return _write(Path(job.out), (), [(job.pids[0], _bitmaps(job, source))])
    if job.recipe is not Recipe.FRAGMENTS:
        pid = job.pids[0] if job.recipe is Recipe.SELECTION else ALL_PIDS
        return _write(Path(job.out), (), [(pid, _stream(job, source))])
    before = b"".join(map(_read, job.before))
    pids = frozenset(job.pids) if job.pids else None
    protection = _protection(job.hide) if job.hide is not None else None
    packaged = package(
        source,
        before=before,
        time=job.time,
        sequence=job.sequence,
        pids=pids,
        protection=protection,
        ahead=job.ahead,
    )
    fragments = [(pid, one.data) for pid, one in packaged.fragments.items()]
    silent = packaged.inits.keys() - packaged.fragments.keys()
    return _write(Path(job.out), packaged.inits.items(), [*fragments, *_empty(silent, before, job)])


def _empty(pids: Set[int], before: bytes, job: Job) -> Iterable[tuple[int, bytes]]:
    """Fragments without samples, for tracks of which nothing ends in a part: broadcasters send sound in bursts.

    They stand at the time at which the track goes on, so that players see neither a gap nor a failed request.
    """
    if not pids:
        return
    earlier = package(before, time=job.time, sequence=job.sequence, pids=pids)
    for pid, last in earlier.fragments.items():
        yield pid, empty_fragment(last, sequence=job.sequence)


def _text(job: Job, source: bytes) -> bytes:
    text = webvtt_segment(
        source,
        before=b"".join(map(_read, job.before)),
        pid=job.pids[0],
        page=job.page,
        start=job.time,
        duration_s=job.duration_s,
        language=job.language,
    )
    return text.encode()


def _captions(job: Job, source: bytes) -> bytes:
    """The same text in a fragment, with the segment's own time."""
    before = b"".join(map(_read, job.before))
    shown = captions(
        source, before=before, pid=job.pids[0], page=job.page, start=job.time, duration_s=job.duration_s,
        language=job.language,
    )  # fmt: skip
    cues = [(one.start, one.end, text_of(one.lines), settings_of(one.lines)) for one in shown]
    length = round(job.duration_s * CLOCK_HZ)
    return captions_fragment(job.pids[0], job.sequence, start=job.time, length=length, cues=cues)


def _bitmaps(job: Job, source: bytes) -> bytes:
    """What is shown of a page of bitmaps, as one document in a fragment."""
    before, length = b"".join(map(_read, job.before)), round(job.duration_s * CLOCK_HZ)
    shown = spans(
        source, before=before, pid=job.pids[0], page=job.page, ancillary=job.ancillary, start=job.time, length=length
    )
    document = imsc_segment(shown, start=job.time, language=web_language(job.language))
    return document_fragment(job.pids[0], job.sequence, start=job.time, length=length, document=document)


def _stream(job: Job, source: bytes) -> bytes:
    """Transport stream, encrypted as asked: samples before streams are chosen, whole segments after."""
    hide = job.hide
    if hide is not None and hide.scheme == Scheme.SAMPLE_AES:
        before, after = (b"".join(map(_read, extents)) for extents in (job.before, job.after))
        source = protect(source, key=hide.key, iv=hide.iv, before=before, after=after)
    if job.recipe is Recipe.SELECTION:
        source = select(source, job.pids, sequence=job.sequence)
    if hide is not None and hide.scheme == Scheme.AES_128:
        source = encrypt_segment(source, key=hide.key, iv=hide.iv)
    return source


def _protection(hide: Hide) -> SampleProtection:
    scheme: Literal["cenc", "cbcs"] = "cenc" if hide.scheme == Scheme.CENC else "cbcs"
    return SampleProtection(scheme, hide.key, hide.kid, hide.iv, tuple(hide.pssh))


def _read(extent: Extent) -> bytes:
    descriptor = os.open(extent.path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        data = os.pread(descriptor, extent.size, extent.start)
    finally:
        os.close(descriptor)
    if len(data) != extent.size:
        raise OSError(f"{extent.path} is shorter than it was announced")
    return data


def _write(out: Path, inits: Iterable[tuple[int, bytes]], fragments: Iterable[tuple[int, bytes]]) -> Made:
    blocks: list[bytes] = []
    at = 0
    places: tuple[list[Place], list[Place]] = ([], [])
    for group, pieces in zip(places, (inits, fragments), strict=True):
        for pid, data in pieces:
            group.append(Place(pid, at, len(data)))
            blocks.append(data)
            at += len(data)
    out.write_bytes(b"".join(blocks))
    return Made(inits=places[0], fragments=places[1], size=at)
