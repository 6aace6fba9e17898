"""Every oddity of a guide is understood, repaired or left out, and told with its line."""

from __future__ import annotations

import codecs
import os
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from rightcast.domain.errors import GuideUnreadableError
from rightcast.domain.guide import Show
from rightcast.domain.guide_order import in_order
from rightcast.formats.xmltv_elements import ReadChannel
from rightcast.formats.xmltv_oddities import KINDS
from rightcast.formats.xmltv_reader import XmltvReader

FOLDER = Path(os.environ.get("RIGHTCAST_XMLTV", "") or "/nowhere")


class Read:
    """A guide that was read in pieces of some bytes."""

    def __init__(self, text: str | bytes, zone: str = "", piece: int = 7) -> None:
        data = text.encode() if isinstance(text, str) else text
        reader = XmltvReader(ZoneInfo(zone) if zone else None)
        found = list(reader.read(data[place : place + piece] for place in range(0, len(data), piece)))
        self.channels = [one for one in found if isinstance(one, ReadChannel)]
        self.shows = [one for one in found if isinstance(one, Show)]
        self.ordered = in_order(self.shows, reader.findings.note)
        self.oddities = {one.kind: one for one in reader.findings.listed()}

    @property
    def kinds(self) -> dict[str, int]:
        return {kind: one.count for kind, one in self.oddities.items()}


def show(inner: str = "<title>T</title>", start: str = "202601011000 +0000", stop: str = "202601011100 +0000") -> str:
    end = f' stop="{stop}"' if stop else ""
    return f'<programme start="{start}"{end} channel="a">{inner}</programme>'


def guide(*shows: str) -> Read:
    return Read(f"<tv>\n{chr(10).join(shows)}\n</tv>")


def test_a_plain_guide_has_no_oddity() -> None:
    read = Read(f'<?xml version="1.0"?>\n<!DOCTYPE tv SYSTEM "xmltv.dtd">\n<tv><channel id="a"><display-name>A'
                f'</display-name><icon src="http://x.test/a.png"/></channel>{show()}</tv>')  # fmt: skip
    assert read.channels == [ReadChannel("a", ("A",), "http://x.test/a.png")]
    assert [one.title for one in read.shows] == ["T"]
    assert read.kinds == {}


@pytest.mark.parametrize(
    ("inner", "kind"),
    [
        ("<desc>D</desc>", "no-title"),
        ("<title>T</title><desc/>", "empty-element"),
        ("<title>T</title><x-own>1</x-own>", "unknown-element"),
        ("<title>T</title><credits><cook>A</cook></credits>", "unknown-element"),
        ("<title>T</title><length units='moons'>3</length>", "bad-value"),
        (f"<title>{'long ' * 200}</title>", "long-text"),
    ],
)
def test_an_oddity_within_a_show_is_noted_and_the_show_kept(inner: str, kind: str) -> None:
    read = guide(show(inner))
    assert read.kinds == {kind: 1}
    assert read.oddities[kind].examples[0][0] == 2
    assert len(read.ordered) == 1


@pytest.mark.parametrize(
    ("one", "kind", "left"),
    [
        (show(stop=""), "no-stop", 1),
        (show(stop="tomorrow"), "bad-stop", 1),
        (show(stop="202601010900 +0000"), "early-stop", 1),
        (show(stop="202601011000 +0000"), "no-length", 0),
        (show(stop="202602011000 +0000"), "too-long", 0),
        (show(start="soon"), "bad-start", 0),
        (show().replace(' channel="a"', ""), "no-channel", 0),
        (show().replace("channel=", "x-foo='1' channel="), "unknown-attribute", 1),
        (show(start="2026010110 +0000"), "short-time", 1),
        ("<x-random><a/></x-random>", "unknown-element", 0),
    ],
)
def test_an_oddity_of_a_show_is_noted(one: str, kind: str, left: int) -> None:
    read = guide(one)
    assert kind in read.kinds
    assert len(read.ordered) == left


def spans(read: Read) -> list[tuple[str, int, int]]:
    first = min(one.start for one in read.ordered)
    return [(one.title, (one.start - first) // 60, (one.stop - first) // 60) for one in read.ordered]


def named(title: str, start: str, stop: str = "", more: str = "") -> str:
    end = f' stop="20260101{stop} +0000"' if stop else ""
    return f'<programme start="20260101{start} +0000"{end} channel="a"{more}><title>{title}</title></programme>'


def test_a_show_without_an_end_lasts_until_the_next_begins() -> None:
    read = guide(named("A", "1000"), named("B", "1030"))
    assert spans(read) == [("A", 0, 30), ("B", 30, 90)]
    assert read.kinds == {"no-stop": 2, "assumed-stop": 1}


def test_a_length_says_when_the_last_one_ends() -> None:
    read = guide(named("A", "1000").replace("</programme>", "<length units='minutes'>25</length></programme>"))
    assert spans(read) == [("A", 0, 25)]


def test_of_two_that_overlap_the_first_is_cut() -> None:
    read = guide(named("A", "1000", "1100"), named("B", "1030", "1130"))
    assert spans(read) == [("A", 0, 30), ("B", 30, 90)]
    assert (read.kinds, read.oddities["overlap"].examples) == ({"overlap": 1}, [(2, "")])


def test_a_show_that_is_made_up_of_others_gives_way_to_them() -> None:
    read = guide(named("All", "1000", "1100"), named("A", "1000", "1020"), named("B", "1020", "1100"))
    assert spans(read) == [("A", 0, 20), ("B", 20, 60)]
    assert read.kinds == {"container": 1}


def test_two_of_the_same_time_cannot_both_be() -> None:
    read = guide(named("A", "1000", "1100"), named("B", "1000", "1100"))
    assert (spans(read), read.kinds) == ([("A", 0, 60)], {"same-time": 1})


def test_the_same_show_twice_is_one() -> None:
    read = guide(named("A", "1000"), named("  A ", "1000", "1100"))
    assert spans(read) == [("A", 0, 60)]
    assert read.kinds == {"no-stop": 1, "double-show": 1}


def test_a_clump_shares_its_time() -> None:
    read = guide(named("B", "1000", "1100", ' clumpidx="1/2"'), named("A", "1000", "1100", ' clumpidx="0/2"'))
    assert (spans(read), read.kinds) == ([("A", 0, 30), ("B", 30, 60)], {"clump": 1})


def test_in_the_hour_that_comes_twice_shows_follow_one_another() -> None:
    local = ["0130", "0200", "0230", "0200", "0230", "0300"]
    rows = [
        named(str(place), one).replace("20260101", "20261025").replace(" +0000", "") for place, one in enumerate(local)
    ]
    read = Read(f"<tv>{''.join(rows)}</tv>", zone="Europe/Rome")
    assert [one.stop - one.start for one in read.ordered[:5]] == [1800] * 5
    assert [one.title for one in read.ordered] == list("012345")


def test_an_end_in_the_second_of_these_hours_lies_behind_its_beginning() -> None:
    one = show(start="20261025020000", stop="20261025020000")
    read = Read(f"<tv>{one}</tv>", zone="Europe/Rome")
    assert [one.stop - one.start for one in read.ordered] == [3600]


def test_entities_of_html_are_read_and_others_left_out() -> None:
    read = guide(show("<title>Caf&eacute; &nope;1</title>"))
    assert [one.title for one in read.shows] == ["Café 1"]
    assert read.kinds == {"entity": 1, "unknown-entity": 1}


def test_blank_lines_and_a_mark_before_the_declaration_are_passed_over() -> None:
    read = Read(codecs.BOM_UTF8 + f'\n\n<?xml version="1.0"?>\n<tv>{show("<desc>D</desc>")}</tv>'.encode())
    assert read.kinds == {"leading-space": 1, "no-title": 1}
    assert read.oddities["no-title"].examples == [(4, "")]


def test_characters_that_xml_forbids_become_spaces() -> None:
    read = guide(show("<title>A\x0bB</title>"))
    assert [one.title for one in read.shows] == ["A B"]
    assert read.kinds == {"control-character": 1}


@pytest.mark.parametrize("encoding", ["iso-8859-1", "windows-1252", "utf-16", "utf-8"])
def test_any_encoding_that_is_declared_is_read(encoding: str) -> None:
    read = Read(f'<?xml version="1.0" encoding="{encoding}"?><tv>{show("<title>Così è</title>")}</tv>'.encode(encoding))
    assert [one.title for one in read.shows] == ["Così è"]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("<tv>\n<programme>\n</tv>", "line 3, column 3"),
        ("<tv>\n<title>A & B</title></tv>", "line 2, column 11"),
        ("<tv>\n<programme", "line 2, column"),
        ("<tv>\n", "line 2, column 1"),
        ("", "line 1, column 1"),
        ("<html><body/></html>", "its root is <html>"),
        ('<?xml version="1.0" encoding="klingon"?><tv/>', "line 1"),
    ],
)
def test_what_is_not_well_formed_says_line_and_column(text: str, where: str) -> None:
    with pytest.raises(GuideUnreadableError, match=where):
        Read(text, piece=5)


def test_entities_that_grow_are_refused() -> None:
    bomb = '<!DOCTYPE tv [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>\n<tv>&b;</tv>'
    with pytest.raises(GuideUnreadableError, match="declares the entity 'a'"):
        Read(bomb)


def test_an_external_dtd_is_not_opened(tmp_path: Path) -> None:
    dtd = tmp_path / "x.dtd"
    dtd.write_text('<!ENTITY secret "told">', encoding="utf-8")
    read = Read(f'<!DOCTYPE tv SYSTEM "{dtd.as_uri()}">\n<tv>{show("<title>&secret;T</title>")}</tv>')
    assert [one.title for one in read.shows] == ["T"]


def test_one_entry_cannot_fill_the_memory() -> None:
    with pytest.raises(GuideUnreadableError, match="goes on for more than 4 MB"):
        Read(f"<tv>\n{show('<desc>' + 'x' * 6_000_000 + '</desc>')}</tv>", piece=1 << 18)


@pytest.mark.skipif(not FOLDER.is_dir(), reason="RIGHTCAST_XMLTV names a folder of guides to try")
@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.xml")), ids=lambda path: path.name)
def test_guides_as_they_are_found_are_read_and_every_show_is_accounted_for(path: Path) -> None:
    data = path.read_bytes()
    read = Read(data, piece=4096)
    assert set(read.kinds) <= set(KINDS)
    left = sum(read.kinds.get(kind, 0) for kind in ("no-length", "double-show", "same-time", "container", "too-long"))
    by_channel = {one.guide_id: [] for one in read.shows}  # type: ignore[var-annotated] # filled below
    for one in read.shows:
        by_channel[one.guide_id].append(one)
    assert data.count(b"<programme ") == len(read.shows)
    assert left <= len(read.shows)
    for shows in by_channel.values():
        ordered = in_order(shows, lambda _kind, _line: None)
        assert all(before.stop <= after.start for before, after in pairwise(ordered))
