"""Pictures told by their path alone go to every app with the address before them by which it asked."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from rightcast.contract.catalogue import Kind
from rightcast.domain.guide import DAY_S, GuideDay, Show
from rightcast.domain.lineup import Credential, CredentialKind
from tests.edge.box import MAC, Box
from tests.edge.test_decisions import applied

if TYPE_CHECKING:
    from tests.edge.station import TestStation

LOGO, PICTURE = "/images/" + "a" * 32 + "-m", "/images/" + "b" * 32 + "-m"
LOGIN = "username=anna&password=sesame"
LISTS = (
    f"/get.php?{LOGIN}",
    f"/player_api.php?{LOGIN}&action=get_live_streams",
    f"/panel_api.php?{LOGIN}",
    f"/enigma2.php?{LOGIN}&type=get_live_streams",
    "/dvbi/anna/sesame/list.xml",
    f"/xmltv.php?{LOGIN}",
    f"/xmltv.php?{LOGIN}&profile=ssiptv",
)
GUIDES = (f"/xmltv.php?{LOGIN}", f"/xmltv.php?{LOGIN}&profile=ssiptv", "/dvbi/anna/sesame/schedule.xml")


async def test_every_list_and_guide_names_pictures_at_the_address_that_was_asked(station: TestStation) -> None:
    now = int(time.time())
    start = now // DAY_S * DAY_S
    show = Show(id=1, guide_id="uno.it", start=start, stop=start + 2 * DAY_S, title="Film", icon_url=PICTURE)
    day = GuideDay(channel_id=1, day=start // DAY_S, shows=(show,))
    channel = station.edge.replica.channels[1]
    station.publish(Kind.GUIDE, day.key, day)
    await applied(station, station.publish(Kind.CHANNEL, 1, replace(channel, logo_url=LOGO)))
    device = Credential(id=41, kind=CredentialKind.MAC, handle=MAC, device="Bedroom")
    await applied(
        station, station.publish(Kind.LINE, 1, replace(station.line, credentials=(*station.line.credentials, device)))
    )
    box = Box(station)
    await box.sign_in()
    for action in ("get_all_channels", "get_ordered_list"):
        logos = {one["id"]: one["logo"] for one in (await box.js("itv", action))["data"]}
        assert logos["1"] == f"http://tv.test:8080{LOGO}"
    shown = await station.get(f"/guide/now?{LOGIN}")
    show_id = shown.json()["channels"]["1"][0]["id"]
    for host in ("tv.lan:8080", "10.0.0.7"):
        for path, picture in (
            *((one, LOGO) for one in LISTS),
            *((one, PICTURE) for one in (*GUIDES, f"/guide/show?{LOGIN}&id={show_id}")),
        ):
            body = (await station.get(path, headers={"Host": host})).body.replace(b"\\/", b"/").decode()
            assert f"http://{host}{picture}" in body, path
            assert f'"{picture}' not in body, path
