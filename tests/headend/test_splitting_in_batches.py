"""A multiplex is gathered for two ticks before it is split; nothing is lost or changes its order by that."""

from __future__ import annotations

from rightcast.headend.intake import Splitter
from rightcast.headend.multiplex import Multiplex
from tests.headend.signals import blocks, multiplex_signal

TICK_S = 0.1


def _service_of(data: bytes) -> int:
    multiplex = Multiplex()
    multiplex.feed(data, 1.0)
    return next(iter(multiplex.services))


def test_a_gathered_multiplex_gives_the_same_bytes_as_one_split_at_once() -> None:
    data = multiplex_signal(3).read_bytes()
    service_id = _service_of(data)
    at_once, gathered = bytearray(), bytearray()
    multiplex, splitter = Multiplex(), Splitter()
    multiplex.attach(service_id, lambda block, _: at_once.extend(block))
    splitter.attach(service_id, lambda block, _: gathered.extend(block))
    now = 100.0
    for block in blocks(data, 188 * 400):
        now += TICK_S
        multiplex.feed(block, now)
        splitter.feed(block, now)
        splitter.tick(now)
    splitter.tick(now + 1.0)
    assert gathered
    assert gathered == at_once


def test_the_last_packets_before_a_silence_do_not_stay_behind() -> None:
    data = multiplex_signal(3).read_bytes()
    got = bytearray()
    splitter = Splitter()
    splitter.attach(_service_of(data), lambda block, _: got.extend(block))
    splitter.feed(data, 100.0)
    splitter.tick(100.0)
    before = len(got)
    splitter.feed(data, 100.1)
    splitter.tick(100.1)
    assert len(got) == before
    splitter.tick(100.2)
    assert len(got) > before
