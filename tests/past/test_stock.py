"""Apps are told of an archive only where a play would succeed now: kept, granted to this line, gaps included."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rightcast.contract.catalogue import Kind
from rightcast.domain.lineup import Credential, CredentialKind
from rightcast.domain.rights import Later
from rightcast.state.archive.reel import Gap, ReelWriter, channel_reel
from tests.edge.box import MAC, PLACE, Box
from tests.past.clock import seconds_in
from tests.past.station import applied, grant, keep, now_s, show, tell

if TYPE_CHECKING:
    from tests.edge.station import TestStation

HALF_H = 1800
LOGIN = "username=anna&password=sesame"


async def looked(station: TestStation) -> None:
    await station.edge.playing.stock.refresh()


async def flags(station: TestStation) -> dict[int, int]:
    """has_archive by the start of shows, as an app reads it."""
    reply = await station.get(f"/player_api.php?{LOGIN}&action=get_simple_data_table&stream_id=1")
    return {int(row["start_timestamp"]): row["has_archive"] for row in reply.json()["epg_listings"]}


async def days(station: TestStation) -> tuple[int, int]:
    reply = await station.get(f"/player_api.php?{LOGIN}&action=get_live_streams")
    row = next(one for one in reply.json() if one["stream_id"] == 1)
    return row["tv_archive"], row["tv_archive_duration"]


def note_gap(station: TestStation, start: float, stop: float) -> None:
    writer = ReelWriter(channel_reel(station.settings.archive_root, 1))
    writer.note_gap(Gap(start=start, stop=stop, cause="source"))
    writer.commit()
    writer.close()


async def test_a_show_is_told_when_it_is_kept_and_granted(granted: TestStation) -> None:
    now = now_s()
    start = now - 4 * HALF_H
    shows = [show(start + index * HALF_H, start + (index + 1) * HALF_H) for index in range(6)]
    await tell(granted, *shows)
    keep(granted, [(start, start + 20), (now - 40, now)], segment_s=4)
    note_gap(granted, start + HALF_H, start + HALF_H + 170)
    note_gap(granted, start + 2 * HALF_H, start + 2 * HALF_H + 300)
    await looked(granted)
    told = await flags(granted)
    assert [told[one.start] for one in shows] == [1, 1, 0, 1, 0, 0]


async def test_every_show_that_is_told_plays_from_its_beginning(granted: TestStation) -> None:
    now = now_s()
    early = show(now - 400, now - 200)
    await tell(granted, show(now - 600, now - 400), early, show(now - 200, now + 900), show(now - 800, now - 600))
    keep(granted, [(now - 620, now)])
    await looked(granted)
    told = await flags(granted)
    assert sum(told.values()) == 3
    for start, has in told.items():
        reply = await granted.get(f"/timeshift/anna/sesame/1/{start}/1.ts", method="HEAD")
        assert (reply.status == 200) == bool(has), start


async def test_live_only_shows_and_what_is_not_granted_are_not_told(granted: TestStation) -> None:
    now = now_s()
    keep(granted, [(now - 600, now)])
    await tell(
        granted, show(now - 500, now - 300, no_catchup=True), show(now - 300, now - 200), show(now - 200, now + 60)
    )
    await looked(granted)
    assert list((await flags(granted)).values()) == [0, 1, 1]
    await grant(granted, Later(start_over=True))
    assert list((await flags(granted)).values()) == [0, 0, 1]
    await grant(granted, Later())
    assert list((await flags(granted)).values()) == [0, 0, 0]


async def test_days_are_the_smaller_of_kept_and_granted(granted: TestStation) -> None:
    now = now_s()
    assert await days(granted) == (0, 0)
    keep(granted, [(now - 30 * 3600, now - 30 * 3600 + 8), (now - 8, now)])
    await looked(granted)
    assert await days(granted) == (1, 2)
    await grant(granted, Later(catchup_h=20))
    assert await days(granted) == (1, 1)
    await grant(granted, Later(start_over=True))
    assert (await days(granted))[0] <= 1
    await grant(granted, Later())
    assert await days(granted) == (0, 0)


async def test_a_right_that_grants_elsewhere_makes_no_days_here(granted: TestStation) -> None:
    now = now_s()
    keep(granted, [(now - 3600, now - 3592), (now - 8, now)])
    await looked(granted)
    await grant(granted, Later())
    other = replace(granted.right, id=6, later=Later(catchup_h=48), territories=("DE",))
    await applied(granted, granted.publish(Kind.RIGHT, 6, other))
    assert await days(granted) == (0, 0)
    await applied(granted, granted.publish(Kind.RIGHT, 6, replace(other, territories=("IT",))))
    assert await days(granted) == (1, 1)


async def test_playlists_tell_where_the_past_is_and_their_addresses_play(granted: TestStation) -> None:
    now = now_s()
    keep(granted, [(now - 600, now)])
    await looked(granted)
    text = (await granted.get(f"/get.php?{LOGIN}&type=m3u_plus")).body.decode()
    assert 'catchup="default" catchup-days="1"' in text
    source = text.partition('catchup-source="')[2].partition('"')[0]
    address = source.replace("${start}", str(now - 300)).replace("${end}", str(now - 240)).removeprefix(PLACE)
    assert seconds_in((await granted.get(address)).body) == [now - 300]


async def test_a_box_plays_a_show_of_its_guide(granted: TestStation) -> None:
    now = now_s()
    keep(granted, [(now - 600, now)])
    await tell(granted, show(now - 400, now - 360), show(now - 360, now + 900))
    device = Credential(id=41, kind=CredentialKind.MAC, handle=MAC, device="Bedroom")
    await applied(granted, granted.publish(Kind.LINE, 1, replace(granted.line, credentials=(device,))))
    await looked(granted)
    box = Box(granted)
    await box.sign_in()
    made: Any = await box.js("tv_archive", "create_link", cmd=f"auto /media/1_{now - 400}.mpg")
    reply = await granted.get(made["cmd"].partition(" ")[2].removeprefix(PLACE))
    assert seconds_in(reply.body, 300) == list(range(now - 400, now - 360))
    none: Any = await box.js("tv_archive", "create_link", cmd=f"auto /media/1_{now - 4000}.mpg")
    assert none["error"] == "nothing_to_play"
