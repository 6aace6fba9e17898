"""Service lists of DVB-I keep the rules of the published schema, whatever channels are called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightcast.formats.dvbi import Service, ServiceList, service_list
from tests.formats.dvbi_rules import broken_rules

ABOUT = ServiceList(
    authority="tv.example", name="Us & co", version=3, language="en", schedule_url="http://tv/s.xml",
    programme_url="http://tv/p.xml",
)  # fmt: skip
_TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"))
SERVICES = st.builds(
    Service,
    id=st.integers(1, 1 << 40),
    number=st.integers(1, 9999),
    name=_TEXTS.map(lambda text: f"C{text}"),
    dash_url=st.just("http://tv.example/live/a/b/1.mpd?a=1&b=2"),
    hls_url=st.just("http://tv.example/live/a/b/1.m3u8"),
    guide_id=st.sampled_from(["", "uno.it"]),
    logo_url=st.sampled_from(["", "http://logos.example/1.png?a=1&b=2"]),
)


@given(st.lists(SERVICES, max_size=5, unique_by=lambda one: one.id))
def test_a_list_keeps_every_rule(services: list[Service]) -> None:
    assert broken_rules("".join(service_list(ABOUT, services))) == []


GOOD = "".join(
    service_list(
        ABOUT, [Service(id=1, number=7, name="One", dash_url="http://a/1", hls_url="http://a/2", guide_id="o")]
    )
)


@pytest.mark.parametrize(
    ("part", "otherwise"),
    [
        ('version="3"', 'version="0"'),
        ('id="tag:tv.example,2026:list"', 'id="list"'),
        ('serviceRef="tag:tv.example,2026:ch1"', 'serviceRef="tag:tv.example,2026:ch2"'),
        (">guide</ContentGuideSourceRef>", ">other</ContentGuideSourceRef>"),
        (">o</ContentGuideServiceRef>", "></ContentGuideServiceRef>"),
        ('contentType="application/dash+xml"', ""),
        ('priority="2"', 'priority="1"'),
        ("<ServiceName>One</ServiceName>", ""),
        ("http://a/1", "1.mpd"),
        ('channelNumber="7"', 'channelNumber="7.1"'),
    ],
)
def test_the_rules_notice_what_breaks_them(part: str, otherwise: str) -> None:
    assert part in GOOD
    assert broken_rules(GOOD) == []
    assert broken_rules(GOOD.replace(part, otherwise))
