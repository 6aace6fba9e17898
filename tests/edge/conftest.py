"""A whole edge in the test's own loop: a fake headend beside it, a feed filled by hand, real sockets."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rightcast.contract.station import Address, StationSettings
from tests.edge.fake_headend import FakeHeadend, make_segments
from tests.edge.station import TestStation

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator


@pytest.fixture(scope="session")
def segments(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Six segments of real video and sound."""
    return make_segments(tmp_path_factory.mktemp("signal"))


@pytest.fixture
def root() -> Iterator[Path]:
    """A short folder on tmpfs, for socket paths end at 107 bytes."""
    with tempfile.TemporaryDirectory(dir="/dev/shm", prefix="rc-") as folder:
        yield Path(folder)


@pytest.fixture
def settings(root: Path, tmp_path: Path) -> StationSettings:
    """A station of one edge on a free port."""
    return StationSettings(data=tmp_path, listen=Address("127.0.0.1", 0), ring=root, segment_s=1.0)


@pytest.fixture
async def headend(root: Path, segments: list[bytes]) -> AsyncIterator[FakeHeadend]:
    """Channel 1, on air with nothing written yet."""
    headend = FakeHeadend(root, segments)
    await headend.start()
    yield headend
    await headend.stop()


@pytest.fixture
async def station(settings: StationSettings, headend: FakeHeadend) -> AsyncIterator[TestStation]:
    """An edge that has heard of channel 1, a right for it, and the line `anna` with secret `sesame`."""
    station = TestStation(settings, headend)
    await station.start()
    yield station
    await station.stop()
