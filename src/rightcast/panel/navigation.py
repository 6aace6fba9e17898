"""The console's frame: its title, colours and sidebar."""

from __future__ import annotations

UNFOLD: dict[str, object] = {
    "SITE_TITLE": "Rightcast",
    "SITE_HEADER": "Rightcast",
}
