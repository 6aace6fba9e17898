"""Processes die while people watch: the panel unnoticed, the headend for at most a segment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import m3u8
import pytest

from tests.station.rig import Rig, fetch, until
from tests.station.senders import encoder, free_port
from tests.station.transport import lost, steps, survey
from tests.station.viewers import Viewer, watching

if TYPE_CHECKING:
    from collections.abc import Iterator

SEGMENT_S = 2.0


@pytest.fixture(scope="module")
def live(bare: Rig) -> Iterator[Rig]:
    """A station that carries an encoder which goes on whatever happens to the station."""
    port = free_port()
    with encoder(port):
        bare.carry("Encoder", f"udp://127.0.0.1:{port}")
        bare.command("package", "add", "All", "--all")
        bare.open_line("viewer")
        bare.until_on_air("Encoder")
        yield bare


def video_of(viewer: Viewer) -> list[float]:
    """PTS of the pictures a viewer got, in the order in which they came."""
    return max((pid.pts for pid in survey(viewer.stream()).values()), key=len)


def test_killing_panel_and_jobs_disturbs_no_viewer(live: Rig) -> None:
    with watching(live.url("Encoder")) as viewer:
        old = {name: live.kill(name) for name in ("panel", "jobs")}
        viewer.until_more(300_000)
        for name, pid in old.items():
            live.until_back(name, pid)
        viewer.until_more(200_000)
        assert viewer.longest_silence_s < 1
        assert lost(viewer.stream()) == {}
        moments = video_of(viewer)
        assert max(steps(moments)) < 0.2


def test_new_viewers_are_admitted_while_the_panel_is_down(live: Rig) -> None:
    panel = live.processes()["panel"]
    panel.suspend()
    try:
        with watching(live.url("Encoder")) as viewer:
            viewer.until_more(50_000)
        assert live.api()["user_info"]["auth"] == 1
    finally:
        panel.resume()


def test_killing_the_headend_costs_a_viewer_at_most_one_segment(live: Rig) -> None:
    with watching(live.url("Encoder")) as viewer:
        viewer.until_more(100_000)
        live.until_back("headend 1", live.kill("headend 1"))
        viewer.until_more(200_000, within_s=20)
        moments = video_of(viewer)
        lost = max(steps(moments))
        assert lost < SEGMENT_S + 1.5, (
            f"{lost:.2f} s of pictures were lost"
        )  # with the start of a process on a busy machine
        assert sum(step > 0.2 for step in steps(moments)) == 1


def test_hls_goes_on_after_the_headend_with_one_discontinuity(live: Rig) -> None:
    answer = fetch(live.url("Encoder", "m3u8"))
    playlist = until(
        lambda: (found := read(answer.url)) and len(found.segments) >= 3 and found, within_s=20, what="three segments"
    )
    last = playlist.media_sequence + len(playlist.segments) - 1
    live.until_back("headend 1", live.kill("headend 1"))
    seen: dict[int, bool] = {}

    def later() -> bool:
        now = read(answer.url)
        for number, segment in enumerate(now.segments, now.media_sequence):
            seen[number] = bool(segment.discontinuity)
        return max(seen) >= last + 4

    until(later, within_s=30, what="four more segments")
    numbers = [number for number in sorted(seen) if number >= last - 1]
    assert numbers == list(range(numbers[0], numbers[-1] + 1)), "no number is left out"
    assert sum(seen[number] for number in numbers if number > last) == 1


def test_an_edge_that_died_takes_the_same_token_again(live: Rig) -> None:
    answer = fetch(live.url("Encoder", "m3u8"))
    live.until_back("edge 1", live.kill("edge 1"))
    until(lambda: playable(answer.url), within_s=20, what="the playlist under the same token")


def read(url: str) -> m3u8.M3U8:
    """The playlist as it is now."""
    answer = fetch(url)
    assert answer.status == 200, answer
    return m3u8.loads(answer.body.decode(), uri=url)


def playable(url: str) -> bool:
    """Whether the playlist is answered and its newest segment is there."""
    try:
        playlist = read(url)
        return bool(playlist.segments) and fetch(playlist.segments[-1].absolute_uri).status == 200
    except (OSError, AssertionError):
        return False
