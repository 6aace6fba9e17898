"""One multiplex over UDP leaves as several channels, each with all that the broadcaster sent for it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.station.rig import Rig, station, until
from tests.station.senders import Sender, make_multiplex, sending, shared_capture
from tests.station.transport import lost, map_of, packets, services, steps, survey
from tests.station.viewers import decode_errors, watching

if TYPE_CHECKING:
    from collections.abc import Iterator

CAPTURE = "dvb-t-mux-8-services.ts"
CAPTURED = {"MPEG-2 one": 3401, "MPEG-2 two": 3402, "MPEG-2 three": 3403, "MPEG-2 four": 3411} | {
    "HEVC": 3410,
    "Radio one": 3404,
    "Radio two": 3405,
    "Radio three": 3406,
}
AHEAD_S = 4.0  # more than what a viewer gets from before the moment of joining
MADE = {"Uno": 101, "Due": 102, "Onda": 103}


def carry_all(rig: Rig, source: str, wanted: dict[str, int]) -> None:
    """Make a channel of each service, sell them together, and wait until they are on air."""
    for name, service in wanted.items():
        radio = ("--radio",) if name.startswith(("Onda", "Radio")) else ()
        rig.add(name, source, "--service-id", str(service), *radio)
    rig.allow()
    rig.command("package", "add", "All", "--all")
    rig.open_line("viewer")
    for name in wanted:
        rig.until_on_air(name)


def recorded(rig: Rig, name: str, count: int) -> bytes:
    """A piece of a channel as a viewer gets it, `count` bytes or more."""
    with watching(rig.url(name)) as viewer:
        viewer.until_more(count, within_s=40)
        return viewer.stream()


def recorded_within_one_pass(rig: Rig, sender: Sender, name: str, count: int) -> bytes:
    """The same, from between two beginnings of the loop that is sent."""
    for _ in range(4):
        until(lambda: time.monotonic() > sender.begun + AHEAD_S, within_s=30, what="the loop is well under way")
        begun = sender.begun
        got = recorded(rig, name, count)
        if sender.begun == begun:
            return got
    raise AssertionError("every piece crossed the seam of the loop")


def complaints(text: str) -> int:
    """How many lines a decoder complained in; where the clock begins anew is no matter of decoding."""
    about_time = ("Last message repeated", "non monotonically increasing dts")
    return len([line for line in text.splitlines() if line.strip() and not any(one in line for one in about_time)])


def service_of(multiplex: bytes, service: int) -> bytes:
    """The packets of one service of a multiplex, its tables among them, as they stand there."""
    map_pid = services(multiplex)[service]
    wanted = {0, map_pid, *map_of(multiplex, map_pid)}
    return b"".join(one for one in packets(multiplex) if (one[1] & 0x1F) << 8 | one[2] in wanted)


class TestMade:
    """A multiplex of our own making."""

    @pytest.fixture(scope="class")
    @staticmethod
    def sent(bare: Rig, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Rig, Sender, bytes]]:
        """The station that carries it, the sender, and the multiplex as sent."""
        stream = make_multiplex(tmp_path_factory.mktemp("multiplex"))
        with sending(stream) as sender:
            carry_all(bare, sender.url, MADE)
            yield bare, sender, stream

    @pytest.mark.parametrize(("name", "service"), MADE.items())
    def test_a_channel_holds_its_service_and_nothing_else(
        self, sent: tuple[Rig, Sender, bytes], name: str, service: int
    ) -> None:
        rig, sender, multiplex = sent
        got = recorded_within_one_pass(rig, sender, name, 150_000 if name != "Onda" else 30_000)
        map_pid = services(multiplex)[service]
        assert services(got) == {service: map_pid}
        assert map_of(got, map_pid) == map_of(multiplex, map_pid)
        seen = survey(got)
        assert set(seen) - {0, 0x11, 0x12} <= {map_pid, *map_of(multiplex, map_pid)}
        assert set(map_of(multiplex, map_pid)) <= set(seen), "every track is there"
        assert lost(got) == {}

    @pytest.mark.players
    @pytest.mark.parametrize("name", MADE)
    def test_a_channel_decodes_without_error(self, sent: tuple[Rig, Sender, bytes], name: str) -> None:
        rig, sender, _ = sent
        got = recorded_within_one_pass(rig, sender, name, 200_000 if name != "Onda" else 30_000)
        assert decode_errors(got) == ""

    def test_the_multiplex_is_received_once(self, sent: tuple[Rig, Sender, bytes]) -> None:
        rig, _, _ = sent
        sockets = rig.processes()["headend 1"].net_connections(kind="udp4")
        assert len(sockets) == 1


class TestCaptured:
    """A broadcaster's own multiplex, where this machine has the capture."""

    @pytest.fixture(scope="class")
    @staticmethod
    def sent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Rig, bytes]]:
        """The station that carries it, and the capture."""
        stream = shared_capture(CAPTURE)
        if stream is None:
            pytest.skip(f"{CAPTURE} is not on this machine")
        with station(tmp_path_factory.mktemp("captured")) as rig, sending(stream) as sender:
            carry_all(rig, sender.url, CAPTURED)
            yield rig, stream

    @pytest.mark.parametrize(("name", "service"), CAPTURED.items())
    def test_teletext_and_every_track_that_is_sent_arrive(
        self, sent: tuple[Rig, bytes], name: str, service: int
    ) -> None:
        rig, multiplex = sent
        got = recorded(rig, name, 60_000 if "Radio" in name or name == "HEVC" else 1_500_000)
        map_pid = services(multiplex)[service]
        assert services(got) == {service: map_pid}
        wanted = map_of(multiplex, map_pid)
        assert map_of(got, map_pid) == wanted
        sounding = {pid for pid in wanted if survey(multiplex).get(pid) and survey(multiplex)[pid].pts}
        assert sounding <= set(survey(got)), "pictures, languages and teletext"

    @pytest.mark.players
    @pytest.mark.parametrize("name", CAPTURED)
    def test_a_service_decodes_as_well_as_the_capture_itself(self, sent: tuple[Rig, bytes], name: str) -> None:
        rig, multiplex = sent
        got = recorded(rig, name, 60_000 if "Radio" in name or name == "HEVC" else 1_500_000)
        # the capture begins and ends in the middle of pictures and sounds; each seam of its loop shows that again
        pictures = max((pid.pts for pid in survey(got).values()), key=len)
        seams = sum(step < -0.5 for step in steps(pictures))
        one_pass = complaints(decode_errors(service_of(multiplex, CAPTURED[name])))
        assert complaints(decode_errors(got)) <= one_pass * (seams + 1)
