"""Archive, films and series: addresses that are known, and say honestly why there is nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.edge.station import TestStation

QUERY = "/streaming/timeshift.php?username=anna&password={}&stream=1&start=2026-11-24:20-30&duration=60"


@pytest.mark.parametrize(
    "path",
    [
        "/movie/anna/sesame/5.mp4", "/series/anna/sesame/5.mkv",
    ],
)  # fmt: skip
async def test_a_right_login_is_told_that_there_is_nothing(station: TestStation, path: str) -> None:
    assert (await station.get(path)).status == 404
    assert (await station.get(path, method="HEAD")).status == 404
    assert set(station.edge.admission.refusals) <= {"unknown-title"}


@pytest.mark.parametrize(
    "path",
    [
        "/timeshift/anna/sesame/60/2026-11-24:20-30/1.ts", "/timeshift/anna/sesame/60/1795552200/1.m3u8",
        QUERY.format("sesame"), QUERY.format("sesame").replace("/streaming", "") + "&extension=m3u8",
    ],
)  # fmt: skip
async def test_a_right_login_is_told_that_the_past_is_not_granted(station: TestStation, path: str) -> None:
    for method in ("GET", "HEAD"):
        reply = await station.get(path, method=method)
        assert (reply.status, reply.headers["x-rightcast-reason"]) == (403, "catchup-not-granted")


@pytest.mark.parametrize(
    "path",
    ["/timeshift/anna/no/60/2026-11-24:20-30/1.ts", QUERY.format("no"), "/movie/anna/no/5.mp4", "/series/x/no/5.mkv"],
)
async def test_a_wrong_login_is_refused(station: TestStation, path: str) -> None:
    assert (await station.get(path)).status == 401


@pytest.mark.parametrize(
    "path", ["/timeshift/anna/sesame/60/yesterday/1.ts", "/timeshift/anna/sesame/x/1795552200/1.ts"]
)
async def test_what_is_no_moment_or_duration_is_told_how_to_write_it(station: TestStation, path: str) -> None:
    answer = await station.get(path)
    assert answer.status == 400
    assert b"2026-11-24:20-30" in answer.body or b"minutes" in answer.body


@pytest.mark.parametrize("path", ["/timeshift", "/timeshift/anna/sesame", "/movie", "/series/anna"])
async def test_half_an_address_is_no_error(station: TestStation, path: str) -> None:
    assert (await station.get(path)).status in {401, 404}
