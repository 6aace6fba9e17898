"""The fixtures of the panel: a station of one's own, and who acts on it."""

from tests.panel.conftest import actor, channel, console, feed, publishing, staff, station

__all__ = ["actor", "channel", "console", "feed", "publishing", "staff", "station"]
