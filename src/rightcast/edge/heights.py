"""How tall the pictures of a channel's rings are, and which of them a right with a largest height lets leave.

Pure. A height that nobody knows fits under no bound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.domain.ladder import VideoCodec
from rightcast.edge.packaging.names import ALL_PIDS
from rightcast.edge.packaging.tracks import is_av1, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rightcast.domain.ladder import Ladder
    from rightcast.edge.packaging.names import Track
    from rightcast.edge.ring_reader import Ring


def height_of(ring: Ring, *, live: bool = True) -> int | None:
    """The lines of a ring's picture; None while they are not known, 0 where there is no picture.

    A channel that sends nothing yet shows no picture either: what comes is asked about when it comes.
    """
    if live and not ring.segments:
        return 0
    pictures = [one for one in ring.tracks if one.kind == "video"]
    if not pictures:
        return 0 if ring.tracks else None
    return max(one.height for one in pictures) if all(one.height for one in pictures) else None


def fits(ring: Ring, most: int) -> bool:
    """Whether a ring's picture has at most so many lines; 0: any may leave."""
    if not most:
        return True
    height = height_of(ring)
    return height is not None and height <= most


def has_picture(ring: Ring, track: Track) -> bool:
    """Whether what is asked for of a ring brings its picture: not its sounds and subtitles alone."""
    return track.pid == ALL_PIDS or any(one.pid == track.pid and one.kind == "video" for one in ring.tracks)


def least_of(rings: Sequence[Ring], ladder: Ladder, *, playlists: bool) -> int | None:
    """The lines of the smallest picture of a channel that can be chosen; None: there is none to choose by.

    A rung of the ladder that is not on air yet counts as tall as it is ordered: it is never made taller, and what
    really comes is measured before it leaves.
    """
    if not playlists and any(ring.twin is not None and ring.twin.up for ring in rings):
        return None  # traced channels leave as endless streams as before: the broadcast
    chosen = shown(rings) if playlists else [ring for ring in rings if not is_av1(ring)]
    heights = [height_of(ring) for ring in chosen if not ring.tracks or _is_seen(ring)]
    if rings:
        made = [one for one in ladder.made if playlists or one[1].codec is not VideoCodec.AV1]
        up = {ring.rendition for ring in rings}
        heights += [rung.height for rendition, rung, _ in made if rung.height and rendition not in up]
    return min((one for one in heights if one is not None), default=None)


def endless(rings: Sequence[Ring], most: int) -> Ring | None:
    """The ring that an endless stream of at most so many lines is sent from: the broadcast, else its tallest rung.

    None while no ring fits. `rings` are those of a channel on air, the broadcast first.
    """
    fitting = [ring for ring in rings if fits(ring, most)]
    if fitting and not fitting[0].rendition:
        return fitting[0]
    rungs = [ring for ring in fitting if ring.segments and _is_seen(ring) and not is_av1(ring) and ring.twin is None]
    return max(rungs, key=lambda ring: (height_of(ring) or 0, -ring.rendition), default=None)


def _is_seen(ring: Ring) -> bool:
    return any(one.kind == "video" for one in ring.tracks)
