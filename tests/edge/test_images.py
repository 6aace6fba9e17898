"""Pictures that the station keeps are served from its folder, and nothing else is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rightcast.domain.images import image_address, image_id, pause_s
from rightcast.edge.http_message import Request, Response
from rightcast.edge.images import StationImages

if TYPE_CHECKING:
    from pathlib import Path

NAME = f"{image_id('https://example.org/a.jpg')}-m"


async def _got(folder: Path, name: str, **headers: str) -> Response:
    given = {key.replace("_", "-").encode(): value.encode() for key, value in headers.items()}
    answer = StationImages(folder).answer(Request(method="GET", path=f"/images/{name}", headers=given), name.split("/"))
    found = answer if isinstance(answer, Response) else await answer
    assert isinstance(found, Response)
    return found


async def test_a_picture_is_served_with_its_kind(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"\x89PNG...")
    answer = await _got(tmp_path, NAME)
    assert (answer.status, answer.content_type, answer.body) == (200, "image/png", b"\x89PNG...")
    assert ("Cache-Control", "public, max-age=604800") in answer.headers


async def test_a_picture_that_is_known_is_not_sent_again(tmp_path: Path) -> None:
    assert (await _got(tmp_path, NAME, if_none_match=f'"{NAME}"')).status == 304


@pytest.mark.parametrize("name", ["", "mode", "../keys", "..%2fkeys", NAME.upper(), NAME + "x", f"x/{NAME}", NAME])
async def test_nothing_else_is_served(tmp_path: Path, name: str) -> None:
    (tmp_path / "mode").write_text("all", encoding="utf-8")
    assert (await _got(tmp_path, name)).status == 404


def test_a_picture_that_fails_is_left_alone_for_longer_each_time() -> None:
    assert [pause_s(failures) for failures in (1, 2, 3, 50)] == [600, 1200, 2400, 604_800]
    assert (
        image_address("https://tv.example.org/", "https://example.org/a.jpg") == f"https://tv.example.org/images/{NAME}"
    )
