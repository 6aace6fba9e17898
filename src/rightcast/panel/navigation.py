"""The console's frame: its title, colours, sidebar and search."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.templatetags.static import static
from django.urls import reverse_lazy

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest


def _allowed(permission: str) -> Callable[[HttpRequest], bool]:
    def ask(request: HttpRequest) -> bool:
        return bool(request.user.has_perm(permission))

    return ask


def _item(title: str, icon: str, table: str) -> dict[str, Any]:
    room, _, model = table.partition(".")
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{room}_{model}_changelist"),
        "permission": _allowed(f"{room}.view_{model}"),
    }


def _page(title: str, icon: str, name: str, permission: str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": reverse_lazy(name), "permission": _allowed(permission)}


def _on_alarms(request: HttpRequest) -> bool:
    """Notifiers and their kin live below the same address and have items of their own."""
    return re.match(r"/alarms/(\d+/|history/)?$", request.path) is not None


def _style(_request: HttpRequest) -> str:
    return str(static("console/console.css"))


def _script(_request: HttpRequest) -> str:
    return str(static("console/console.js"))


def _icon(_request: HttpRequest) -> str:
    return str(static("console/lamp.svg"))


_BASE = {
    "50": "250 250 251",
    "100": "243 244 246",
    "200": "228 230 234",
    "300": "206 210 217",
    "400": "150 157 169",
    "500": "106 114 128",
    "600": "75 83 97",
    "700": "52 59 71",
    "800": "33 38 48",
    "900": "21 25 33",
    "950": "13 16 22",
}
_ACCENT = {
    "50": "239 246 255",
    "100": "219 234 254",
    "200": "191 219 254",
    "300": "147 197 253",
    "400": "96 165 250",
    "500": "59 130 246",
    "600": "37 99 235",
    "700": "29 78 216",
    "800": "30 64 175",
    "900": "30 58 138",
    "950": "23 37 84",
}

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Rightcast",
    "SITE_HEADER": "Rightcast",
    "SITE_SYMBOL": "cell_tower",
    "SITE_URL": None,
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": False,
    "BORDER_RADIUS": "8px",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _icon}],
    "DASHBOARD_CALLBACK": "rightcast.panel.console.station.station_page",
    "STYLES": [_style],
    "COLORS": {
        "base": {shade: f"rgb({value.replace(' ', ', ')})" for shade, value in _BASE.items()},
        "primary": {shade: f"rgb({value.replace(' ', ', ')})" for shade, value in _ACCENT.items()},
    },
    "SCRIPTS": [_script],
    "LOGIN": {"form": "rightcast.panel.staff.sign_in.SignInForm"},
    "COMMAND": {"search_callback": "rightcast.panel.console.search.search", "show_history": False},
    "SIDEBAR": {
        "show_search": True,
        "command_search": True,
        "show_all_applications": False,
        "navigation": [
            {
                "items": [
                    {"title": "Station", "icon": "cell_tower", "link": reverse_lazy("admin:index")},
                    _page("Wall", "grid_view", "wall", "catalogue.view_channel"),
                    {
                        "title": "Alarms",
                        "icon": "notifications",
                        "link": reverse_lazy("alarms"),
                        "permission": _allowed("alarms.view_alarmrow"),
                        "active": _on_alarms,
                    },
                ]
            },
            {
                "title": "Catalogue",
                "separator": True,
                "items": [
                    _item("Channels", "live_tv", "catalogue.channel"),
                    _item("Lineups", "format_list_numbered", "catalogue.lineup"),
                    _item("Categories", "category", "catalogue.category"),
                    _item("Packages", "inventory_2", "catalogue.package"),
                ],
            },
            {
                "title": "Library",
                "separator": True,
                "items": [
                    _page("Archive", "history_toggle_off", "archive", "catalogue.view_channel"),
                    _item("Titles", "movie", "library.title"),
                    _item("Collections", "video_library", "library.collection"),
                    _item("Harvests", "content_cut", "library.harvest"),
                ],
            },
            {
                "title": "Guide",
                "separator": True,
                "items": [
                    _page("What is on", "calendar_view_day", "guide-grid", "guide.view_channelday"),
                    _item("Sources", "rss_feed", "guide.guidesource"),
                    _page("Weeks", "calendar_view_week", "weeks", "guide.view_guidesource"),
                    _page("Matching", "join_inner", "matching", "guide.view_guidesource"),
                ],
            },
            {
                "title": "Rights",
                "separator": True,
                "items": [
                    _page("Agreements", "view_kanban", "agreements", "rights.view_carriageright"),
                    _item("Carriage rights", "gavel", "rights.carriageright"),
                    _page("Evidence", "folder_zip", "evidence", "evidence.view_case"),
                    _page("Blackouts", "visibility_off", "blackouts", "blackouts.view_blackout"),
                    _page("Notices", "flag", "notices", "notices.view_notice"),
                    _item("Networks", "lan", "places.network"),
                    _item("Licensors", "handshake", "licensors.licensoraccount"),
                    _page("Takedowns", "power_settings_new", "takedowns", "takedowns.view_takedown"),
                    _page("Overlays", "subtitles", "overlays", "overlays.view_overlay"),
                    _item("Revocations", "block", "tracing.revocation"),
                    _item("Delivery networks", "hub", "tracing.deliverynetwork"),
                    _page("Network tokens", "vpn_key", "network-token", "tracing.change_deliverynetwork"),
                ],
            },
            {
                "title": "Lines",
                "separator": True,
                "items": [
                    _item("Lines", "group", "lines.line"),
                    _page("Sessions", "play_circle", "sessions", "lines.view_line"),
                    _item("Past sessions", "history", "usage.sessionrow"),
                    _item("Verified residences", "travel_explore", "places.residence"),
                    _page("Shared lines", "diversity_3", "suspects", "tracing.view_suspect"),
                    _page("Why?", "help", "why", "lines.view_line"),
                ],
            },
            {
                "title": "Recordings",
                "separator": True,
                "items": [
                    _item("Recordings", "video_library", "recordings.recording"),
                    _item("Recording rules", "event_repeat", "recordings.recordingrule"),
                    _item("Allowances", "data_usage", "recordings.allowancerow"),
                    _item("Recorder", "fiber_manual_record", "recordings.recorderpolicy"),
                ],
            },
            {
                "title": "System",
                "separator": True,
                "items": [
                    _item("Notifiers", "campaign", "alarms.notifierrow"),
                    _item("Quiet times", "bedtime", "alarms.quietrow"),
                    _item("Alarm rules", "rule", "alarms.alarmrule"),
                    _page("Audit trail", "history", "trail", "audit.view_auditrow"),
                    _item("Staff", "badge", "staff.operator"),
                    _item("Retention", "auto_delete", "privacy.retentionrow"),
                    _item("Settings", "tune", "station.stationrow"),
                ],
            },
        ],
    },
}
