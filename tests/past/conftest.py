"""The edge of tests/edge, with a right that grants a week of the past."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.edge.conftest import headend, root, segments, settings, station
from tests.past.station import grant

if TYPE_CHECKING:
    from tests.edge.station import TestStation

__all__ = ["headend", "root", "segments", "settings", "station"]


@pytest.fixture
async def granted(station: TestStation) -> TestStation:
    """A station whose right grants a week of catch-up; nothing is kept yet."""
    await grant(station)
    return station
