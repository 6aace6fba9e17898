"""What we write as XMLTV imports again without loss, and the validator of the XMLTV project finds it right."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightcast.domain.genres import genre_of
from rightcast.domain.guide import (
    Credit,
    Details,
    Link,
    Notation,
    Picture,
    Quality,
    Rating,
    Review,
    Show,
    Subtitling,
    Text,
)
from rightcast.formats import xmltv
from rightcast.formats.xmltv_reader import XmltvReader
from tests.formats.guides import ODD_GUIDES

if TYPE_CHECKING:
    from collections.abc import Iterable

WORDS = st.text(st.characters(codec="utf-8"), max_size=40).map(
    lambda text: " ".join("".join(one for one in text if one.isprintable()).split())
)
SAID = WORDS.filter(bool)
LANGUAGE = st.sampled_from(["it", "de", "pt-BR"])
URL = st.sampled_from(["http://x.test/a.png", "https://x.test/b?c=1&d='2'"])
NUMBER = st.integers(1, 400)
MOMENT = st.integers(1_600_000_000, 1_900_000_000)


def many(one: st.SearchStrategy[object], most: int = 3) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(one, max_size=most, unique=True).map(tuple)


FOREIGN = st.builds(Text, SAID, st.sampled_from(["fr", "hi"]))
PICTURE = st.builds(
    Picture, url=URL, kind=st.sampled_from(["", "poster", "still"]), size=st.sampled_from(["", "1", "3"]),
    orient=st.sampled_from(["", "P", "L"]), system=st.sampled_from(["", "tvdb"]),
)  # fmt: skip
LINK = st.builds(Link, URL, st.sampled_from(["", "imdb"]))
ACTOR = st.builds(
    Credit, st.just("actor"), SAID, role=WORDS, guest=st.booleans(), pictures=many(PICTURE, 2), links=many(LINK, 2)
)
OTHER = st.builds(Credit, st.sampled_from(["director", "writer", "guest"]), SAID)
MARK = st.builds(Rating, SAID, SAID, many(URL, 2))
QUALITY = st.builds(
    Quality, video=st.sampled_from(["yes", "no", ""]), colour=st.sampled_from(["no", ""]), picture=st.just("HDTV"),
    aspect=st.sampled_from(["16:9", ""]), audio=st.sampled_from(["yes", ""]), stereo=st.sampled_from(["", "dolby"]),
)  # fmt: skip
DETAILS = st.builds(
    Details, titles=many(FOREIGN), spoken=st.none() | st.builds(Text, SAID, LANGUAGE),
    original=st.none() | st.builds(Text, SAID), date=st.just("") | st.just("20210304"),
    length_s=st.integers(0, 20_000), images=many(PICTURE), links=many(LINK),
    numbers=many(st.builds(Notation, st.just("dd_progid"), st.just("EP01006886.0028")), 1),
    quality=st.none() | QUALITY, ratings=many(MARK), stars=many(MARK),
    reviews=many(st.builds(Review, text=SAID, source=WORDS, reviewer=WORDS, kind=st.sampled_from(["text", "url"]))),
    subtitlings=many(st.builds(Subtitling, st.sampled_from(["onscreen", "deaf-signed"]), WORDS)),
    previous_start=st.sampled_from(["", "20200101"]), premiere=st.none() | st.builds(Text, SAID),
    clump=st.sampled_from(["", "0/2"]), pdc_start=st.just(0) | MOMENT, vps_start=st.just(0) | MOMENT,
    showview=st.sampled_from(["", "1234"]), videoplus=st.sampled_from(["", "99"]),
)  # fmt: skip


@st.composite
def shows(draw: st.DrawFn) -> Show:
    """A show as a guide tells it: what its details say more about is there at all."""
    start = draw(MOMENT)
    details = draw(st.none() | DETAILS)
    season = draw(st.just(0) | NUMBER)
    one = Show(
        id=1, guide_id="uno.it", start=start, stop=start + draw(st.integers(1, 40_000)), title=draw(SAID),
        subtitle=draw(WORDS), description=draw(WORDS), language=draw(LANGUAGE), categories=draw(many(SAID)),
        keywords=draw(many(SAID)), credits=(*draw(many(OTHER)), ), year=draw(st.sampled_from(["", "2021"])),
        icon_url=draw(st.just("") | URL), countries=draw(many(SAID)), season=season,
        episode=draw(NUMBER) if season else draw(st.just(0) | NUMBER), repeated=draw(st.booleans()),
        premiere=draw(st.booleans()), new=draw(st.booleans()), subtitled=draw(st.booleans()),
        last_chance=draw(st.booleans()), rating=draw(st.none() | st.tuples(SAID, SAID)), stars=draw(WORDS),
        series=draw(st.just("") | SAID),
    )  # fmt: skip
    order = {part: place for place, part in enumerate(xmltv.CREDITS)}
    one = replace(one, genre=genre_of(one.categories))
    people = sorted((*one.credits, *draw(many(ACTOR))), key=lambda person: order[person.part])
    return settled(replace(one, credits=tuple(people)), details)


def settled(one: Show, details: Details | None) -> Show:
    """Details without a show's own part are none: nobody could have read them."""
    if details is None:
        return one
    kept = replace(
        details,
        ratings=details.ratings if one.rating else (),
        stars=details.stars if one.stars else (),
        subtitlings=details.subtitlings if one.subtitled else (),
        previous_start=details.previous_start if one.repeated else "",
        premiere=details.premiere if one.premiere else None,
        date=details.date if one.year == "2021" else "",
    )
    if kept.ratings and one.rating == (kept.ratings[0].system, kept.ratings[0].value):
        kept = replace(kept, ratings=())
    if kept.stars and one.stars == kept.stars[0].value:
        kept = replace(kept, stars=())
    if any(text.text == one.title for text in kept.titles):
        kept = replace(kept, titles=())
    if kept.length_s == one.stop - one.start:
        kept = replace(kept, length_s=0)
    if kept.numbers:
        one = replace(one, series="dd:EP01006886")
    return one if kept == Details() else replace(one, details=kept)


def document(found: Iterable[Show], guide_ids: Iterable[str] = ("uno.it",)) -> bytes:
    channels = [xmltv.channel(guide_id, ("Name",)) for guide_id in guide_ids]
    return "".join([xmltv.START, *channels, *map(xmltv.show, found), xmltv.END]).encode()


def imported(text: bytes) -> list[Show]:
    reader = XmltvReader()
    return [replace(one, id=1) for one in reader.read([text]) if isinstance(one, Show)]


@settings(max_examples=120, deadline=None)
@given(st.lists(shows(), max_size=3))
def test_any_show_that_a_guide_can_tell_comes_back_as_it_was(made: list[Show]) -> None:
    assert imported(document(made)) == made


def real_guides() -> list[tuple[str, bytes]]:
    folder = os.environ.get("RIGHTCAST_XMLTV")
    found = sorted(Path(folder).glob("*.xml")) if folder else []
    return [*ODD_GUIDES, *((path.name, path.read_bytes()) for path in found)]


@pytest.mark.parametrize(("name", "text"), real_guides(), ids=lambda one: one if isinstance(one, str) else "")
def test_what_was_read_of_a_real_guide_is_written_and_read_the_same(name: str, text: bytes) -> None:
    first = [replace(one, title=one.title or "-", stop=one.stop or one.start + 60) for one in imported(text)]
    again = imported(document(first, {one.guide_id for one in first}))
    assert [ordered(one) for one in again] == [ordered(one) for one in first], name


def ordered(one: Show) -> Show:
    """The DTD orders people by their parts, and gives a role to actors only."""
    people = [replace(person, role=person.role if person.part == "actor" else "") for person in one.credits]
    return replace(one, credits=tuple(sorted(people, key=lambda person: xmltv.CREDITS.index(person.part))))


@pytest.mark.skipif(shutil.which("tv_validate_file") is None, reason="needs xmltv-util")
def test_the_validator_finds_nothing_wrong_with_everything_at_once(tmp_path: Path) -> None:
    details = Details(
        titles=(Text("Titel", "de"),), subtitles=(Text("Teil", "de"),), descriptions=(Text("Worte", "de"),),
        categories=(Text("Krimi", "de"),), keywords=(Text("Regen", "de"),), spoken=Text("Italian", "en"),
        original=Text("English"), date="20210304", length_s=5430, icons=(Picture(url="http://x.test/i.png", width=9),),
        images=(Picture(url="http://x.test/p.png", kind="poster", size="1", orient="P", system="tvdb"),
                Picture(url="http://x.test/q.png", kind="painting", size="9", orient="X")),
        links=(Link("http://x.test/more", "imdb"),), numbers=(Notation("xmltv_ns", "0.11.0/2"),),
        quality=Quality(video="yes", colour="no", aspect="16:9", picture="HDTV", audio="yes", stereo="dolby digital"),
        subtitlings=(Subtitling("onscreen", "Italian", "en"), Subtitling("smoke")),
        previous_start="20200101000000 +0000",
        previous_channel="due.it", premiere=Text("First on TV", "en"), last_chance=Text("Last", "en"),
        ratings=(Rating("MPAA", "PG", ("http://x.test/pg.png",)),), stars=(Rating("TV Guide", "4/5"),),
        reviews=(Review(text="Good", source="Paper", reviewer="R", language="en"),
                 Review(text="http://x.test/review", kind="url"), Review(text="Odd", kind="song")),
        clump="0/2", pdc_start=1_764_000_000, vps_start=1_764_000_000, showview="1", videoplus="2",
    )  # fmt: skip
    person = Credit(
        "actor", "A", "King", True, (Picture(url="http://x.test/a.png", kind="person"),), (Link("http://a"),)
    )
    one = Show(
        id=1, guide_id="uno.it", start=1_764_000_000, stop=1_764_003_600, title="Title", language="it",
        credits=(person, Credit("guest", "G", "Not told")), icon_url="http://x.test/i.png", season=1, episode=12,
        repeated=True, premiere=True, last_chance=True, new=True, subtitled=True, rating=("MPAA", "PG"), stars="4/5",
        series="crid://x.test/s", details=details,
    )  # fmt: skip
    file = tmp_path / "guide.xml"
    file.write_bytes(document([one]))
    done = subprocess.run(
        ["tv_validate_file", str(file)], env={**os.environ, "XMLTV_SUPPLEMENT": "/usr/share/xmltv"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert imported(file.read_bytes())[0].series == one.series
