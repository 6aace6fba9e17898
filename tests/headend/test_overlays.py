"""A copy with a session's number burnt in: seen in its pixels, made while wanted, and nobody's loss when it fails."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from rightcast.contract.catalogue import Change, Kind
from rightcast.contract.ring import Down
from rightcast.domain.errors import InvalidInputError
from rightcast.domain.ladder import Ladder
from rightcast.domain.overlay import MOST_OVERLAYS, OVERLAY, Overlay, free_slot
from rightcast.headend import overlays
from tests.headend.signals import FFMPEG
from tests.headend.test_ladder_life import Studio, bilingual

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

COPY = OVERLAY + 1


def wanted(studio: Studio, sid: str = "e0.2DyX8O9Zdb7k") -> Overlay:
    begun = datetime.fromtimestamp(studio.now, UTC) - timedelta(seconds=1)
    one = Overlay(id=3, sid=sid, channel_id=1, slot=1, starts=begun, ends=begun + timedelta(hours=1))
    studio.feed.publish([Change(Kind.OVERLAY, 3, one)])
    return one


def first_picture(path: Path) -> NDArray[np.int16]:
    command = [FFMPEG, "-v", "error", "-i", str(path), "-frames:v", "1", "-vf", "scale=320:180", "-pix_fmt", "gray"]
    done = subprocess.run([*command, "-f", "rawvideo", "-"], check=True, timeout=30, capture_output=True)
    return np.frombuffer(done.stdout, np.uint8).reshape(180, 320).astype(np.int16)


async def test_the_copy_shows_the_number_while_it_is_wanted(tmp_path: Path) -> None:
    studio = Studio(tmp_path, bilingual(), ladder=Ladder())
    await studio.until(lambda: studio.closed(0))
    wanted(studio)
    await studio.until(lambda: studio.closed(COPY))
    copy = studio.opened(COPY)[0]
    same = next(one for one in studio.opened(0) if one.time == copy.time)
    with_number = first_picture(studio.segment(COPY, copy.sequence))
    without = first_picture(studio.segment(0, same.sequence))
    differs = np.abs(with_number - without) > 40
    rows, columns = np.nonzero(differs)
    assert differs.sum() > 400  # the box with its letters
    inside = np.zeros_like(differs)
    inside[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1] = True
    assert inside.mean() < 0.5  # and nowhere else
    studio.feed.publish([Change(Kind.OVERLAY, 3, None)])
    await studio.until(lambda: any(isinstance(one, Down) and one.rendition == COPY for one in studio.heard))
    before = len(studio.closed(0))
    await studio.until(lambda: len(studio.closed(0)) > before)


async def test_a_copy_that_cannot_be_made_is_told_and_the_broadcast_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_sid: str, _folder: Path) -> overlays.Burning:
        raise OSError("no room for a font")

    monkeypatch.setattr(overlays, "burning_of", refuse)
    studio = Studio(tmp_path, bilingual(), ladder=Ladder())
    await studio.until(lambda: studio.closed(0))
    wanted(studio)
    before = len(studio.closed(0))
    await studio.until(lambda: len(studio.closed(0)) > before)
    told = [one for one in studio.report(1).renditions if one.rendition == COPY]
    assert [one.state for one in told] == ["failed"]
    assert "no room for a font" in told[0].note


def test_only_a_few_run_at_once_and_for_a_while() -> None:
    assert free_slot({1, 3}) == 2
    with pytest.raises(InvalidInputError):
        free_slot(set(range(1, MOST_OVERLAYS + 1)))
    now = datetime.now(UTC)
    for lasts in (timedelta(seconds=5), timedelta(hours=3)):
        with pytest.raises(InvalidInputError):
            Overlay(id=1, sid="e0.x", channel_id=1, slot=1, starts=now, ends=now + lasts).check()
