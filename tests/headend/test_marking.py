"""Two variants of a rung by a real ffmpeg: cut at the same pictures, and told apart by the detector."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import numpy as np
import pytest

from rightcast.contract.ring import Track
from rightcast.domain.errors import InvalidInputError, PartMissingError
from rightcast.domain.ladder import Ladder, Rung, VideoCodec
from rightcast.domain.marking import TWIN, Variant, code_of
from rightcast.formats.marks import strength, whose
from rightcast.headend.encoders import Choice, software
from rightcast.headend.marking import OWN, marking_in
from rightcast.headend.marks_reader import grey_pictures, seen_by
from rightcast.headend.transcode_arguments import arguments
from rightcast.headend.transcode_plan import plan
from tests.headend.signals import FFMPEG

if TYPE_CHECKING:
    from pathlib import Path

SECONDS, SEGMENT_S = 48, 2.0
KEY = b"k" * 32


@pytest.fixture(scope="module")
def variants(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Both variants of a marked rung of moving pictures, as the ladder's own command makes them."""
    folder = tmp_path_factory.mktemp("variants")
    source = folder / "source.ts"
    pictures = f"mandelbrot=s=192x108:r=12.5:maxiter=60,trim=duration={SECONDS},noise=alls=6:allf=t"
    command = [FFMPEG, "-v", "error", "-f", "lavfi", "-i", pictures, "-c:v", "libx264", "-preset", "ultrafast"]
    subprocess.run([*command, "-g", "25", "-pix_fmt", "yuv420p", "-f", "mpegts", source], check=True, timeout=60)
    rung = Rung.parse("108p bitrate=400k preset=ultrafast marked=yes")
    video = Track(pid=256, kind="video", codec="avc1", width=192, height=108, frame_rate=12.5)
    choices = {VideoCodec.H264: Choice(software(VideoCodec.H264), "")}
    made = plan(Ladder(rungs=(rung,)), [video], {256}, choices, segment_s=SEGMENT_S)
    assert [one.rendition for one in made.rungs] == [1, 1 + TWIN]
    outputs = folder / "a.ts", folder / "b.ts"
    command = arguments(FFMPEG, made, [str(one) for one in outputs], source=str(source))
    subprocess.run(command, check=True, timeout=90)
    return outputs


def key_pictures(path: Path) -> list[str]:
    command = ["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "packet=pts,flags", "-of", "csv=p=0"]
    listed = subprocess.run([*command, path], capture_output=True, check=True, timeout=60, text=True).stdout
    return [line.split(",")[0] for line in listed.splitlines() if ",K" in line]


def test_both_variants_are_cut_at_the_same_pictures(variants: tuple[Path, Path]) -> None:
    first, second = map(key_pictures, variants)
    assert first == second
    assert len(first) == SECONDS / SEGMENT_S


def test_who_got_which_variants_is_found_again(variants: tuple[Path, Path]) -> None:
    seen = [strength(grey_pictures(FFMPEG, path)) for path in variants]
    code = code_of(KEY, "e0.thief")
    count, window = min(map(len, seen)), round(SEGMENT_S * 12.5)
    mixed = np.array([seen[code[(at // window + 9) % 64]][at] for at in range(count)])
    codes = {sid: code_of(KEY, sid) for sid in ("e0.thief", *(f"e0.{number}" for number in range(20)))}
    best, second, *_ = whose(mixed, codes, segment_s=SEGMENT_S)
    assert best.sid == "e0.thief"
    assert best.share > 0.7
    assert best.share > second.share + 0.1


def test_another_marker_is_a_file_of_two_chains(tmp_path: Path) -> None:
    path = tmp_path / "marker"
    assert marking_in(path) is OWN
    assert "128-2*" in OWN.filters(Variant.B, "k101")
    path.write_text("# ours\na: {in}null{out}\nb: {in}split[{name}x],negate{out}\n")
    assert marking_in(path).filters(Variant.B, "k101") == "[k101in]split[k101x],negate[k101out]"
    path.write_text("a: {in}null{out}\n")
    with pytest.raises(PartMissingError):
        marking_in(path)


def test_another_detector_is_a_program_that_prints_numbers(tmp_path: Path) -> None:
    program = tmp_path / "detector"
    program.write_text("#!/bin/sh\nprintf '1.5\\n-2\\n'\n")
    program.chmod(0o700)
    assert seen_by(program, program).tolist() == [1.5, -2.0]
    program.write_text("#!/bin/sh\necho nothing\n")
    with pytest.raises(InvalidInputError):
        seen_by(program, program)


def test_what_is_no_picture_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "text.mp4"
    path.write_text("nothing to see")
    with pytest.raises(InvalidInputError, match="cannot be read as pictures"):
        grey_pictures(FFMPEG, path)
