"""What may be set on a channel beyond its sources: one record per feature, all optional.

A feature that was never set is None and travels as nothing; `Channel` answers with its defaults.
"""

from __future__ import annotations

from dataclasses import dataclass

from rightcast.domain.archive import Archive
from rightcast.domain.failover import Failover
from rightcast.domain.ladder import Ladder
from rightcast.domain.life import Life
from rightcast.domain.outputs import Outputs
from rightcast.domain.packaging import Packaging
from rightcast.domain.protection import Protection
from rightcast.domain.schedule import Schedule
from rightcast.domain.slate import Slate
from rightcast.domain.watch import Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """The settings of one channel, each None until an operator touched it."""

    failover: Failover | None = None
    life: Life | None = None
    slate: Slate | None = None
    schedule: Schedule | None = None
    ladder: Ladder | None = None
    packaging: Packaging | None = None
    protection: Protection | None = None
    outputs: Outputs | None = None
    watch: Watch | None = None
    archive: Archive | None = None


Feature = Failover | Life | Slate | Schedule | Ladder | Packaging | Protection | Outputs | Watch | Archive

FEATURES: dict[str, type[Feature]] = {
    "failover": Failover,
    "life": Life,
    "slate": Slate,
    "schedule": Schedule,
    "ladder": Ladder,
    "packaging": Packaging,
    "protection": Protection,
    "outputs": Outputs,
    "watch": Watch,
    "archive": Archive,
}
"""Names as they stand in records, addresses and commands."""

NO_FEATURES = Features()
