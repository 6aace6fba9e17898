"""Hypothesis strategies for the domain's records.

Few distinct ids, territories and moments, so that drawn records meet each other often.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from rightcast.domain.entitlement import Question
from rightcast.domain.lineup import Channel, ChannelKind, Line, LineStatus, Source, SourceKind
from rightcast.domain.rights import WORLDWIDE, CarriageRight, Instrument, RightStatus

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
moments = st.integers(-6, 6).map(lambda hours: NOON + timedelta(hours=hours))
channel_ids = st.integers(1, 3)
territories = st.sampled_from(["IT", "DE", "FR"])


@st.composite
def rights(draw: st.DrawFn) -> CarriageRight:
    """A right that begins and ends within hours of NOON."""
    starts = draw(moments)
    hours = draw(st.none() | st.integers(1, 8))
    return CarriageRight(
        id=draw(st.integers(1, 99)),
        reference="R",
        licensor="L",
        instrument=draw(st.sampled_from(Instrument)),
        status=draw(st.sampled_from(RightStatus)),
        channel_ids=tuple(draw(st.sets(channel_ids, max_size=3))),
        territories=tuple(draw(st.sets(territories | st.just(WORLDWIDE), max_size=2))),
        starts=starts,
        ends=None if hours is None else starts + timedelta(hours=hours),
    )


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """A line whose status, expiry, territory and limit vary."""
    return Line(
        id=1,
        name="anna",
        secret_digest="",
        status=draw(st.sampled_from(LineStatus)),
        package_ids=(1,),
        territory=draw(territories),
        created=NOON - timedelta(days=1),
        max_sessions=draw(st.integers(1, 3)),
        expires=draw(st.none() | moments),
    )


def channel(number: int) -> Channel:
    """A channel with one source."""
    return Channel(
        id=number,
        number=number,
        name=f"Channel {number}",
        kind=ChannelKind.TV,
        sources=(Source(id=number, kind=SourceKind.TESTCARD, url="testcard:///"),),
        added=NOON,
    )


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """Any question an edge may ask, from a hopeless one to one that is allowed."""
    return Question(
        line=draw(st.none() | lines() | lines()),
        channel=draw(st.none() | channel_ids.map(channel) | channel_ids.map(channel)),
        carried=frozenset(draw(st.sets(channel_ids, max_size=3))),
        rights=tuple(draw(st.lists(rights(), max_size=4))),
        now=draw(moments),
        published=draw(st.booleans() | st.just(value=True)),
        sessions_in_use=draw(st.none() | st.integers(0, 3)),
    )


@st.composite
def hopeful_questions(draw: st.DrawFn) -> Question:
    """Questions of which most are allowed: whatever else was drawn, one right reaches the viewer."""
    asked = draw(questions())
    now, number = asked.now, draw(channel_ids)
    line = replace(
        draw(lines()),
        status=draw(st.sampled_from([LineStatus.ACTIVE, LineStatus.ACTIVE, LineStatus.DISABLED])),
        expires=draw(st.none() | st.integers(0, 5).map(lambda hours: now + timedelta(hours=hours))),
    )
    right = replace(
        draw(rights()),
        status=RightStatus.ACTIVE,
        channel_ids=(number,),
        territories=(draw(st.sampled_from([line.territory, WORLDWIDE])),),
        starts=now - timedelta(hours=draw(st.integers(0, 3))),
        ends=draw(st.none() | st.integers(1, 5).map(lambda hours: now + timedelta(hours=hours))),
    )
    return replace(
        asked,
        line=line,
        channel=channel(number),
        carried=asked.carried | {number},
        rights=(*asked.rights, right),
        sessions_in_use=draw(st.none() | st.integers(0, 1)),
        published=True,
    )
