"""SCTE 224: nothing is lost on the way through, blackouts are read as they are meant, and what is wrong is named."""

from __future__ import annotations

import contextlib
import string
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.domain.blackouts import Audience, Blackout, Facts, Instead, Match, Term, Trait
from rightcast.domain.errors import InvalidInputError
from rightcast.domain.rights import DeviceClass
from rightcast.domain.segment_marks import Mark
from rightcast.formats.scte224.audiences import read_audience, write_audience
from rightcast.formats.scte224.elements import Element, parse, serialize
from rightcast.formats.scte224.schedules import Kept, read_schedule
from rightcast.formats.scte224.writing import write_schedule
from tests.domain.bounded import seeds
from tests.domain.records import NOON
from tests.domain.test_blackouts import audience_of
from tests.formats.scte224.documents import MATCH, SIGNALLED, media, point

names = st.text(string.ascii_letters, min_size=1, max_size=6)
tags = st.builds(
    "{{{}}}{}".format, st.sampled_from(["http://www.scte.org/schemas/224", "urn:x", "urn:scte:224:action"]), names
)
texts = st.text(string.printable.strip() + "éß <&>\"'", max_size=12).map(str.strip)
elements = st.recursive(
    st.builds(Element, tag=tags, attributes=st.dictionaries(names, texts, max_size=2), text=texts),
    lambda inner: st.builds(
        Element, tag=tags, attributes=st.dictionaries(names | tags, texts, max_size=2), text=texts,
        children=st.lists(inner, max_size=3).map(tuple),
    ),
    max_leaves=6,
)  # fmt: skip
audiences = seeds.map(lambda seed: audience_of(Random(seed)))
viewers = st.builds(
    Facts,
    residence=st.sampled_from(["", "IT", "DE"]),
    presence=st.sampled_from(["", "IT", "SM", "DE"]),
    address=st.sampled_from(["", "10.1.2.3", "9.9.9.9"]),
    device_class=st.sampled_from(DeviceClass),
)


def kept(data: bytes) -> tuple[Kept, ...]:
    return tuple(one for medium in read_schedule(parse(data)) for one in medium.kept)


@pytest.mark.parametrize("document", [MATCH, SIGNALLED])
def test_a_document_comes_through_as_it_was(document: bytes) -> None:
    once = parse(document)
    assert parse(serialize(once)) == once
    assert b"strange" not in document or b"strange" in serialize(once)


@given(elements)
def test_any_elements_come_through_as_they_were(element: Element) -> None:
    assert parse(serialize(element)) == element


@given(audiences, viewers)
def test_an_audience_that_is_written_is_the_one_that_is_read(audience: Audience, who: Facts) -> None:
    again = read_audience(parse(serialize(write_audience(audience))), {})
    assert again.holds(who) is audience.holds(who)


@given(audiences, st.sampled_from(Instead), st.none() | st.integers(1, 10**9), viewers)
def test_a_blackout_that_is_exported_is_the_one_that_is_imported(
    audience: Audience, instead: Instead, lasts_ms: int | None, who: Facts
) -> None:
    ends = None if lasts_ms is None else NOON + timedelta(milliseconds=lasts_ms)
    one = Blackout(
        id=4, name="Final <&>", channel_ids=(1, 2), starts=NOON, ends=ends, audience=audience, instead=instead,
        instead_id=3 if instead is Instead.CHANNEL else 0,
    )  # fmt: skip
    names_of = {1: "One", 2: "Two", 3: "Three"}
    again = kept(serialize(write_schedule([one], names_of, issuer="us.example", now=NOON)))
    assert len(again) == 2
    assert {(found.name, found.starts, found.ends) for found in again} == {(one.name, one.starts, one.ends)}
    content = {Instead.NOTHING: "", Instead.SLATE: "slate", Instead.CHANNEL: "Three"}[instead]
    assert {found.content for found in again} == {content}
    assert all(found.audience.holds(who) is audience.holds(who) for found in again)


def test_a_policy_applies_from_its_point_until_a_later_one_removes_it() -> None:
    (medium,) = read_schedule(parse(MATCH))
    out, phones = medium.kept
    assert medium.names[:2] == ("C7", "Canale 7")
    assert (out.starts, out.ends) == (datetime(2026, 5, 3, 18, tzinfo=UTC), datetime(2026, 5, 3, 20, tzinfo=UTC))
    assert out.name == "Match of 3 May"
    assert out.updated.startswith("2026-05-02T08:00:00.12")
    assert out.audience.holds(Facts(presence="SM", address="9.9.9.9")) is True
    assert out.audience.holds(Facts(presence="SM", address="10.1.2.3")) is False
    assert out.audience.holds(Facts(presence="DE", address="9.9.9.9")) is None
    assert phones.max_height == 576
    assert any("Capture" in note for note in medium.notes)
    assert any("Future" in note for note in medium.notes)


def test_a_point_that_waits_for_a_signal_is_dark_for_as_long_as_it_may_come() -> None:
    (medium,) = read_schedule(parse(SIGNALLED))
    (one,) = medium.kept
    assert one.starts == datetime(2026, 6, 1, 10, tzinfo=UTC)
    assert one.ends is not None
    assert one.ends >= datetime(2026, 6, 1, 20, tzinfo=UTC) + timedelta(hours=2, minutes=30)
    assert one.content == "Alternate"
    assert one.begins_by == Mark(type_ids=(16,))
    assert one.lasts_s == 2.5 * 3600
    assert not any("signal" in note for note in medium.notes)


def test_a_signal_with_a_time_may_come_within_its_tolerance_and_another_ends_it() -> None:
    waits = "<MatchSignal{}><Assert>{}</Assert></MatchSignal>"
    policy = '<Policy id="p"><ViewingPolicy><action:Content/></ViewingPolicy></Policy>'
    begins = waits.format(
        ' signalTolerance="PT5M"', "/SpliceInfoSection/SegmentationDescriptor[@segmentationTypeId=16]"
    )
    ends = waits.format("", "//SegmentationDescriptor[@segmentationTypeId='17' and @segmentationEventId=9]")
    (medium,) = read_schedule(
        parse(
            media(
                f'<MediaPoint id="a" matchTime="2026-06-01T12:00:00Z">{begins}<Apply>{policy}</Apply></MediaPoint>'
                f'<MediaPoint id="b" matchTime="2026-06-01T14:00:00Z">{ends}<Remove>{policy}</Remove></MediaPoint>'
            )
        )
    )
    (one,) = medium.kept
    noon = datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert (one.starts, one.latest) == (noon - timedelta(minutes=5), noon + timedelta(minutes=5))
    assert one.ends_by == Mark(type_ids=(17,), event_id=9)
    assert one.ends == noon + timedelta(hours=2)


def test_an_assertion_that_is_not_understood_is_not_guessed_at() -> None:
    strange = SIGNALLED.replace(b"@segmentationTypeId=16", b"count(*)=3")
    (medium,) = read_schedule(parse(strange))
    assert medium.kept[0].begins_by is None
    assert any("not read" in note for note in medium.notes)


def test_a_capture_alone_leaves_live_and_says_until_when_the_past_may_be_seen() -> None:
    window = "<action:StopWindow><action:Offset>P7D</action:Offset></action:StopWindow>"
    (medium,) = read_schedule(parse(point(f"<action:Capture>{window}</action:Capture>")))
    (one,) = medium.kept
    assert one.only_past
    assert (one.kept_from, one.kept_until) == (None, datetime(2026, 6, 8, 12, tzinfo=UTC))


def test_content_that_is_the_picture_itself_keeps_nobody_out() -> None:
    assert kept(point("<action:Content>one</action:Content>")) == ()


def test_what_is_unknown_in_an_audience_is_in_doubt() -> None:
    (one,) = kept(
        point('<Audience xlink:href="elsewhere"/><action:Content>urn:scte:224:action:blackout</action:Content>')
    )
    assert one.audience.holds(Facts(presence="IT")) is None


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (b"", "no XML"),
        (b"<Media", "Line 1"),
        (b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "DOCTYPE"),
        (b"<a/>", "holds no Media"),
        (media("", "source='x'"), "has no id"),
        (media('<MediaPoint id="a" matchTime="noon"><Apply/></MediaPoint>'), "Line 2: MediaPoint has matchTime='noon'"),
        (media('<MediaPoint id="a"><Apply/></MediaPoint>'), "neither matchTime nor effective"),
        (
            media(
                '<MediaPoint id="a" matchTime="2026-01-01T00:00:00Z">'
                '<Apply duration="2h"><Policy id="p"/></Apply></MediaPoint>'
            ),
            "Apply has duration='2h'",
        ),
        (
            media(
                '<MediaPoint id="a" matchTime="2026-01-01T00:00:00Z">'
                '<Apply><Policy xlink:href="gone"/></Apply></MediaPoint>'
            ),
            "refers to 'gone'",
        ),
        (point('<Audience match="SOME"/><action:Content/>'), "match='SOME'"),
        (
            point(
                "<Audience><audience:CIDR>1.0.0.0/8</audience:CIDR><audience:OS>x</audience:OS></Audience><action:Content/>"
            ),
            "no match",
        ),
        (point("<Audience><audience:CIDR>home</audience:CIDR></Audience><action:Content/>"), "'home'"),
        (point("<action:MaxResolution>tiny</action:MaxResolution>"), "no height"),
    ],
)
def test_what_is_wrong_is_named_with_line_and_element(document: bytes, words: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        read_schedule(parse(document))
    assert words in str(caught.value)


@given(st.binary(max_size=60) | st.text(max_size=40).map(media))
def test_garbage_is_wrong_input_and_nothing_else(data: bytes) -> None:
    with contextlib.suppress(InvalidInputError):
        read_schedule(parse(data))


def test_an_audience_within_itself_is_refused() -> None:
    with pytest.raises(InvalidInputError):
        kept(
            media(
                '<Audience id="a" match="ALL"><Audience xlink:href="a"/></Audience>'
                '<MediaPoint id="p1" matchTime="2026-06-01T12:00:00Z"><Apply><Policy id="pol"><ViewingPolicy>'
                '<Audience xlink:href="a"/><action:Content/></ViewingPolicy></Policy></Apply></MediaPoint>'
            )
        )


def test_terms_of_one_kind_are_written_as_any_of_them() -> None:
    written = write_audience(Audience(terms=(Term(Trait.PRESENCE, ("IT", "SM")),)))
    assert written.children[0].attributes == {"match": Match.ANY.value}
