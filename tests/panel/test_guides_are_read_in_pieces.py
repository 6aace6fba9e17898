"""A large guide is read in pieces by several processes: what comes out is what one process reads in one go."""

from __future__ import annotations

import os
from concurrent.futures import Future
from typing import TYPE_CHECKING, Self

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from rightcast.domain.errors import GuideUnreadableError
from rightcast.formats.xmltv_oddities import Findings
from rightcast.panel.guide.piece_child import Answer, Task, answered
from rightcast.panel.guide.pieces import Readers
from rightcast.panel.guide.reading import Division, GuideReading
from rightcast.panel.guide.spool import Spool, Window

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

EVER = Window(0, 99_999)
HEADS = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE tv SYSTEM "xmltv.dtd">\n<tv>\n  <channel id="a"/>\n  ',
    "<tv>",
    "\n<tv>",
    "<TV>\r\n",
    '<?xml version="1.0" encoding="ISO-8859-1"?>\r\n<tv generator="x">\r\n',
    "<tv><!-- <programme",
    '<!DOCTYPE tv [<!ATTLIST programme channel CDATA "b">]><tv>',
    "<tv><![CDATA[",
    "<?xml version='1.0' standalone='yes'?><tv>",
)
PARTS = (
    '<programme start="202610250{0}30" stop="202610250{0}59 +0000" channel="a"><title>\u00d6 {0}</title></programme>\n',
    '<programme start="2026102511{0}000 Europe/Rome" channel="b"><title>T{0}</title><desc/></programme>\r\n  ',
    '<programme start="2026012511{0}000" channel="b"><title>T{0}</title><colour/></programme>\r',
    '<channel id="c{0}"><display-name>C</display-name></channel>',
    '<programme start="never {0}" channel="b"><title>T</title></programme>  ',
    '<!-- <programme start="20261025" channel="b"> -->\n',
    "<!-- ",
    " -->",
    "<![CDATA[<programme ]]>",
    "]]>",
    '<programme start="20261025101{0}00" channel="a"><title><![CDATA[<programme start="x">]]></title></programme>\n',
    '<programme start="20261026101{0}00" channel="a"><title>&eacute;&nonsense;</title></programme>\n',
    '<programme start="20261027101{0}00" channel="a"><title>\x01</title></programme>\n',
    '<programmes x="{0}"><programme/></programmes>\n',
    "<programme",
    "</tv>",
    "<tv>",
    "words & more",
    "\n\n   ",
)
ENDS = ("</tv>\n", "</tv>", "", "</tv>junk", "</tv><!-- <programme -->")


class Here:
    """Reads pieces in this process."""

    def __init__(self, _count: int) -> None:
        self.asked = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def ask(self, task: Task) -> Future[Answer]:
        self.asked += 1
        future: Future[Answer] = Future()
        future.set_result(answered(task))
        return future


def told(data: bytes, folder: Path, division: Division, zone: str = "") -> object:
    """Everything that a reading tells: channels, shows of all channels, oddities; or the sentence of its error."""
    findings = Findings()
    with Spool(folder) as spool:
        reading = GuideReading(zone, spool, findings, lambda _words: None, division)
        try:
            reading.read(data[place : place + 40] for place in range(0, len(data), 40))
        except GuideUnreadableError as error:
            return error.sentence
        days = {one: spool.told(one, EVER, findings) for one in spool.guide_ids()}
    findings.by_kind.pop("control-character", None)  # counted once for every block that has some
    oddities = {kind: (one.count, one.examples) for kind, one in findings.by_kind.items()}
    return reading.shows, reading.channels, days, oddities


ONE = Division(1)


@given(
    st.sampled_from(HEADS),
    st.lists(st.sampled_from(PARTS), min_size=2, max_size=14),
    st.sampled_from(ENDS),
    st.integers(20, 400),
    st.sampled_from(["", "Europe/Rome"]),
)
@effort(max_examples=60, deadline=None)
def test_pieces_tell_what_the_whole_tells(
    tmp_path_factory: pytest.TempPathFactory, head: str, parts: list[str], end: str, piece_bytes: int, zone: str
) -> None:
    folder = tmp_path_factory.getbasetemp()
    text = head + "".join(one.format(number % 6) for number, one in enumerate(parts)) + end
    data = text.encode("latin-1" if "8859" in head else "utf-8")
    divided = Division(2, large_bytes=10, piece_bytes=piece_bytes, readers=Here)
    assert told(data, folder, divided, zone) == told(data, folder, ONE, zone)


def plain(count: int, title: Callable[[int], str] = lambda number: f"T{number}") -> bytes:
    rows = [
        f'<programme start="20260101{number:06} +0000" channel="a"><title>{title(number)}</title></programme>\n'
        for number in range(count)
    ]
    return f"<tv>\n{''.join(rows)}</tv>\n".encode()


def test_other_processes_read_it_and_the_line_that_is_wrong_is_named(tmp_path: Path) -> None:
    data = plain(50)
    divided = Division(2, large_bytes=10, piece_bytes=1000)
    assert told(data, tmp_path, divided) == told(data, tmp_path, ONE)
    wrong = data.replace(b"T40</title>", b"T40</titel>")
    assert told(wrong, tmp_path, divided) == "The guide is wrong in line 42, column 65: mismatched tag."


def test_a_process_that_dies_costs_nothing_but_time(tmp_path: Path) -> None:
    class Dying(Readers):
        def ask(self, task: Task) -> Future[Answer]:
            if task.line > 20:
                for one in self._processes:
                    one.kill()
            return super().ask(task)

    data = plain(50)
    divided = Division(2, large_bytes=10, piece_bytes=500, readers=Dying)
    assert told(data, tmp_path, divided) == told(data, tmp_path, ONE)


def test_no_process_is_left_behind(tmp_path: Path) -> None:
    made: list[Readers] = []

    def readers(count: int) -> Readers:
        made.append(Readers(count))
        return made[-1]

    told(plain(50), tmp_path, Division(2, large_bytes=10, piece_bytes=500, readers=readers))
    for one in made[0]._processes:
        with pytest.raises(ProcessLookupError):
            os.kill(one.pid, 0)


def test_guides_of_most_kinds_are_divided(tmp_path: Path) -> None:
    made: list[Here] = []

    def readers(count: int) -> Here:
        made.append(Here(count))
        return made[-1]

    told(plain(50), tmp_path, Division(2, large_bytes=10, piece_bytes=500, readers=readers))
    assert made[0].asked > 5
