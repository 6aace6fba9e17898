"""Inside a worker: reads the bytes of a job, packages them, writes the result.

May raise, hang or crash; see the pool.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from rightcast.edge.packaging.job import Extent, Job, Made, Place, Recipe
from rightcast.formats.cmaf import package
from rightcast.formats.mpegts.selection import select
from rightcast.formats.teletext.segments import webvtt_segment

if TYPE_CHECKING:
    from collections.abc import Iterable


def make(job: Job) -> Made:
    """Do a job. Raises OSError, and whatever the formats raise for bytes that they cannot read."""
    source = _read(job.source)
    if job.recipe is Recipe.SELECTION:
        chosen = select(source, job.pids, sequence=job.sequence)
        return _write(Path(job.out), (), [(job.pids[0], chosen)])
    if job.recipe is Recipe.TEXT:
        return _write(Path(job.out), (), [(job.pids[0], _text(job, source))])
    packaged = package(
        source,
        before=b"".join(map(_read, job.before)),
        time=job.time,
        sequence=job.sequence,
        pids=frozenset(job.pids) if job.pids else None,
    )
    fragments = [(pid, fragment.data) for pid, fragment in packaged.fragments.items()]
    return _write(Path(job.out), packaged.inits.items(), fragments)


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
