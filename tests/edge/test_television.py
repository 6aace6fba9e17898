"""The TV application as files: typed, tagged, under a strict policy, and nothing else in reach."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.edge.station import TestStation


@pytest.mark.parametrize("place", ["/tv/", "/c/", "/tv/index.html", "/some/proxy/tv/"])
async def test_the_page_and_all_it_names_are_there(station: TestStation, place: str) -> None:
    if place.startswith("/some"):
        assert (await station.get(place)).status == 404
        return
    page = await station.get(place)
    assert page.status == 200
    folder = place.rpartition("/")[0]
    names = re.findall(r'(?:src|href)="([^":]+)"', page.body.decode())
    assert len(names) > 5
    for name in names:
        assert (await station.get(f"{folder}/{name}")).status == 200, name


async def test_the_page_runs_nothing_from_elsewhere_and_nothing_inline(station: TestStation) -> None:
    page = await station.get("/tv/")
    policy = page.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert not re.search(rb"<script>|<style|style=| on[a-z]+=", page.body)


async def test_a_set_that_has_a_file_is_not_sent_it_again(station: TestStation) -> None:
    first = await station.get("/tv/main.js")
    assert first.headers["content-type"].startswith("text/javascript")
    again = await station.get("/tv/main.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize("path", ["/tv", "/c"])
async def test_without_its_slash_the_address_leads_to_the_one_with_it(station: TestStation, path: str) -> None:
    reply = await station.get(path)
    assert (reply.status, reply.headers["location"]) == (308, f"{path[1:]}/")


@pytest.mark.parametrize("path", ["/tv/none.js", "/tv/..%2fmain.py", "/tv/a/main.js", "/tv//etc/passwd"])
async def test_nothing_but_its_files_is_in_reach(station: TestStation, path: str) -> None:
    assert (await station.get(path)).status == 404


async def test_the_page_of_recordings_is_part_of_it(station: TestStation) -> None:
    page = (await station.get("/tv/")).body
    assert b'<section id="recordings"' in page
    assert page.index(b"recordings.js") < page.index(b"main.js")
    assert (await station.get("/tv/recordings.js")).status == 200
