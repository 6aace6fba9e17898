"""A multiplex leaves as its services: their packets untouched, their PAT alone, everything else dropped."""

from __future__ import annotations

from rightcast.formats.mpegts.psi import Pat, Pmt, Stream, build_pat, build_pmt, parse_pat, parse_pmt
from rightcast.formats.mpegts.sections import packetise
from rightcast.formats.mpegts.si import SDT_PID, NamedService, build_sdt
from rightcast.headend.multiplex import Multiplex
from tests.headend.signals import multiplex_signal, packet, packets_of, pid_of

SOUND_LANGUAGE = ((0x0A, b"ita\0"),)


def service_map(number: int, *, version: int = 0, more: tuple[Stream, ...] = ()) -> Pmt:
    base = 0x100 * number
    streams = (
        Stream(base, 0x02),
        Stream(base + 1, 0x04, SOUND_LANGUAGE),
        Stream(base + 2, 0x06, ((0x56, b"ita\1\0"),)),
    )
    return Pmt(number, version, base, streams + more)


def head(*numbers: int, counter: int = 0, version: int = 0) -> bytes:
    pat = Pat(9, version, tuple((number, 0x1000 + number) for number in numbers))
    maps = (packetise(build_pmt(service_map(number)), 0x1000 + number, counter) for number in numbers)
    return packetise(build_pat(pat), 0, counter) + b"".join(maps)


def body(*numbers: int, counter: int = 0) -> bytes:
    return b"".join(packet(0x100 * number + part, counter, bytes(184)) for part in range(3) for number in numbers)


class Collected(bytearray):
    """A sink."""

    def take(self, data: bytes, now: float) -> None:
        self.extend(data)


def split(stream: bytes, *numbers: int, block: int = 188 * 20) -> list[bytes]:
    multiplex = Multiplex()
    sinks = [Collected() for _ in numbers]
    for number, sink in zip(numbers, sinks, strict=True):
        multiplex.attach(number, sink.take)
    for start in range(0, len(stream), block):
        multiplex.feed(stream[start : start + block], 1.0)
    return [bytes(sink) for sink in sinks]


def test_a_service_leaves_with_its_own_packets_only() -> None:
    stream = head(1, 2) + b"".join(body(1, 2, counter=n) for n in range(16))
    first, second = split(stream, 1, 2)
    for number, found in ((1, first), (2, second)):
        own = {0x1000 + number, *(0x100 * number + part for part in range(3))}
        assert [p for p in packets_of(found) if pid_of(p)] == [p for p in packets_of(stream) if pid_of(p) in own]


def test_the_association_table_names_one_service_and_counts_on() -> None:
    stream = b"".join(head(1, 2, counter=5 * n) + body(1, 2, counter=n) for n in range(40))
    (found,) = split(stream, 2)
    pats = [p for p in packets_of(found) if pid_of(p) == 0]
    assert [p[3] & 15 for p in pats] == [n & 15 for n in range(40)]
    assert {parse_pat([p[5 : 5 + 16]]) for p in pats} == {Pat(9, 0, ((2, 0x1002),))}


def test_services_are_described_and_named() -> None:
    multiplex = Multiplex()
    names = [NamedService(1, 1, "Rai", "Rai 1"), NamedService(2, 2, "Rai", "Rai Radio1")]
    multiplex.feed(head(1, 2) + packetise(build_sdt(9, 0, names), SDT_PID, 0) + body(1, 2), 1.0)
    assert list(multiplex.services) == [1, 2]
    service = multiplex.services[1]
    assert (service.name, service.provider, service.service_type) == ("Rai 1", "Rai", 1)
    assert (service.pmt_pid, service.pcr_pid) == (0x1001, 0x100)
    assert [stream[:5] for stream in service.streams] == [
        (0x100, 2, "MPEG-2 video", "", "mpeg2video"),
        (0x101, 4, "MPEG audio", "ita", "mp2"),
        (0x102, 6, "Teletext", "ita", "teletext"),
    ]


def test_a_service_whose_map_has_not_come_is_listed_without_streams() -> None:
    multiplex = Multiplex()
    multiplex.feed(packetise(build_pat(Pat(9, 0, ((1, 0x1001),))), 0, 0) + body(1), 1.0)
    assert multiplex.services[1].streams == ()


def test_a_scrambled_service_is_said_to_be_so_and_passes_untouched() -> None:
    scrambled = packet(0x100, 0, bytes(184), scrambled=True)
    stream = head(1, 2) + scrambled + body(1, 2)
    multiplex = Multiplex()
    sink = Collected()
    multiplex.attach(1, sink.take)
    multiplex.feed(stream, 1.0)
    assert multiplex.services[1].scrambled
    assert not multiplex.services[2].scrambled
    assert scrambled in packets_of(bytes(sink))
    multiplex.feed(head(1, 2), 20.0)
    assert not multiplex.services[1].scrambled


def test_streams_that_come_with_a_new_map_are_passed_from_then_on() -> None:
    pat = packetise(build_pat(Pat(9, 0, ((1, 0x1001),))), 0, 0)
    longer = build_pmt(service_map(1, version=1, more=(Stream(0x180, 0x04),)))
    extra = packet(0x180, 0, bytes(184))
    stream = head(1) + body(1) + extra + pat + packetise(longer, 0x1001, 1) + extra + body(1)
    (found,) = split(stream, 1)
    assert packets_of(found).count(extra) == 1


def test_a_service_may_move_to_another_pid() -> None:
    moved = Pmt(1, 1, 0x700, (Stream(0x700, 2),))
    picture = packet(0x700, 0, bytes(184))
    tables = packetise(build_pat(Pat(9, 1, ((1, 0x1100),))), 0, 1) + packetise(build_pmt(moved), 0x1100, 0)
    (found,) = split(head(1) + body(1) + tables + picture, 1)
    assert packets_of(found)[-1] == picture
    maps = [p for p in packets_of(found) if pid_of(p) == 0x1100]
    assert parse_pmt(maps[0][5 : 5 + len(build_pmt(moved))]) == moved


def test_a_sink_may_come_and_go_at_any_time() -> None:
    multiplex, first, second = Multiplex(), Collected(), Collected()
    multiplex.attach(1, first.take)
    multiplex.feed(head(1, 2) * 3, 1.0)
    multiplex.attach(1, second.take)
    multiplex.feed(body(1, 2) * 3, 1.0)
    multiplex.detach(1, first.take)
    multiplex.detach(2, first.take)
    before = len(first)
    multiplex.feed(body(1, 2, counter=1) * 3, 1.0)
    assert len(first) == before
    assert len(packets_of(bytes(second))) == 18
    multiplex.detach(1, second.take)
    multiplex.feed(body(1, 2, counter=2) * 3, 1.0)
    assert len(packets_of(bytes(second))) == 18


def test_a_service_that_is_not_there_stays_silent() -> None:
    assert split(head(1) + body(1) * 3, 7) == [b""]


def test_blocks_change_nothing() -> None:
    stream = multiplex_signal().read_bytes()
    assert split(stream, 1, 2, 3, block=188 * 50) == split(stream, 1, 2, 3, block=1000)


def test_another_source_starts_from_its_own_tables() -> None:
    multiplex, sink = Multiplex(), Collected()
    multiplex.attach(1, sink.take)
    multiplex.feed(head(1) + body(1), 1.0)
    multiplex.source_changed()
    assert multiplex.services == {}
    multiplex.feed(head(1) + body(1), 2.0)
    assert len(packets_of(bytes(sink))) == 10
