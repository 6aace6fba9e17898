"""Reading how long records are kept."""

from __future__ import annotations

from rightcast.panel.privacy.models import RetentionRow

ROW_ID = 1


def retention() -> RetentionRow:
    """What is set, or the defaults."""
    return RetentionRow.objects.filter(id=ROW_ID).first() or RetentionRow(id=ROW_ID)
