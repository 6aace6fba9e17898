"""The log tells which session had a key, not how often a player asks."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from rightcast.edge.key_log import EVERY_S, KeyLog

if TYPE_CHECKING:
    import pytest


def test_a_session_that_asks_again_is_told_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]
    told = KeyLog(lambda: now[0])
    with caplog.at_level(logging.INFO):
        for _ in range(100):
            told.note("e0.x", 7, "29333.key", 200)
        told.note("e0.y", 7, "29333.key", 200)
        told.note("e0.x", 7, "29333.key", 403)
        now[0] = EVERY_S
        told.note("e0.x", 7, "29333.key", 200)
    assert [record.getMessage() for record in caplog.records] == [
        "Key 29333.key of channel 7: 200 for session e0.x",
        "Key 29333.key of channel 7: 200 for session e0.y",
        "Key 29333.key of channel 7: 403 for session e0.x",
        "Key 29333.key of channel 7: 200 for session e0.x, 99 times more before",
    ]
