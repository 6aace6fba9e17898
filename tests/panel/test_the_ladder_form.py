"""The page of a channel's qualities: presets, own rungs, and what is refused on which field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rightcast.domain.ladder import PRESETS, AudioCodec, Deinterlace, Ladder, Rung
from rightcast.panel.catalogue.features import feature_of

if TYPE_CHECKING:
    from django.test import Client

    from rightcast.panel.catalogue.models import Channel

pytestmark = pytest.mark.django_db

FIELDS = {
    "preset": "hd",
    "rungs": "",
    "audio": "aac\nac3",
    "deinterlace": "auto",
    "loudness_lufs": "-23",
    "encoder": "software",
}


def test_a_preset_and_its_sounds_are_stored(console: Client, channel: Channel) -> None:
    assert console.post(f"/channel/{channel.id}/ladder/", FIELDS).status_code == 302
    channel.refresh_from_db()
    ladder = feature_of(channel, Ladder)
    assert ladder.rungs == PRESETS["hd"].rungs
    assert [choice.codec for choice in ladder.audio] == [AudioCodec.AAC, AudioCodec.AC3]
    assert (ladder.loudness_lufs, ladder.deinterlace) == (-23.0, Deinterlace.AUTO)
    page = console.get(f"/channel/{channel.id}/ladder/").content.decode()
    assert "720p height=720 bitrate=3M" in page


def test_own_rungs_are_read_line_by_line(console: Client, channel: Channel) -> None:
    own = FIELDS | {"preset": "own", "rungs": "720p preset=fast\n\nlow bitrate=48k\n", "loudness_lufs": ""}
    assert console.post(f"/channel/{channel.id}/ladder/", own).status_code == 302
    channel.refresh_from_db()
    ladder = feature_of(channel, Ladder)
    assert ladder.rungs == (Rung.parse("720p preset=fast"), Rung.parse("low bitrate=48k"))
    assert ladder.loudness_lufs is None


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"preset": "own", "rungs": "720p codec=av2"}, "av2"),
        ({"preset": "own", "rungs": "720p turbo"}, "says nothing here"),
        ({"audio": "mp3"}, "is no sound codec"),
        ({"loudness_lufs": "5"}, "cannot be brought to 5 LUFS"),
    ],
)
def test_what_is_refused_stands_on_the_page(
    console: Client, channel: Channel, change: dict[str, str], sentence: str
) -> None:
    answer = console.post(f"/channel/{channel.id}/ladder/", FIELDS | change)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    channel.refresh_from_db()
    assert channel.features == {}
