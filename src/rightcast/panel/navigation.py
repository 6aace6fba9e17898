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
                    {
                        "title": "Wall",
                        "icon": "grid_view",
                        "link": reverse_lazy("wall"),
                        "permission": _allowed("catalogue.view_channel"),
                    },
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
                    {
                        "title": "Archive",
                        "icon": "history_toggle_off",
                        "link": reverse_lazy("archive"),
                        "permission": _allowed("catalogue.view_channel"),
                    },
                    _item("Titles", "movie", "library.title"),
                    _item("Collections", "video_library", "library.collection"),
                    _item("Harvests", "content_cut", "library.harvest"),
                ],
            },
            {
                "title": "Guide",
                "separator": True,
                "items": [
                    {
                        "title": "What is on",
                        "icon": "calendar_view_day",
                        "link": reverse_lazy("guide-grid"),
                        "permission": _allowed("guide.view_channelday"),
                    },
                    _item("Sources", "rss_feed", "guide.guidesource"),
                    {
                        "title": "Weeks",
                        "icon": "calendar_view_week",
                        "link": reverse_lazy("weeks"),
                        "permission": _allowed("guide.view_guidesource"),
                    },
                    {
                        "title": "Matching",
                        "icon": "join_inner",
                        "link": reverse_lazy("matching"),
                        "permission": _allowed("guide.view_guidesource"),
                    },
                ],
            },
            {
                "title": "Rights",
                "separator": True,
                "items": [
                    {
                        "title": "Agreements",
                        "icon": "view_kanban",
                        "link": reverse_lazy("agreements"),
                        "permission": _allowed("rights.view_carriageright"),
                    },
                    _item("Carriage rights", "gavel", "rights.carriageright"),
                    {
                        "title": "Evidence",
                        "icon": "folder_zip",
                        "link": reverse_lazy("evidence"),
                        "permission": _allowed("evidence.view_case"),
                    },
                    {
                        "title": "Blackouts",
                        "icon": "visibility_off",
                        "link": reverse_lazy("blackouts"),
                        "permission": _allowed("blackouts.view_blackout"),
                    },
                    {
                        "title": "Notices",
                        "icon": "flag",
                        "link": reverse_lazy("notices"),
                        "permission": _allowed("notices.view_notice"),
                    },
                    _item("Networks", "lan", "places.network"),
                    _item("Licensors", "handshake", "licensors.licensoraccount"),
                    {
                        "title": "Takedowns",
                        "icon": "power_settings_new",
                        "link": reverse_lazy("takedowns"),
                        "permission": _allowed("takedowns.view_takedown"),
                    },
                    _item("Revocations", "block", "tracing.revocation"),
                    _item("Delivery networks", "hub", "tracing.deliverynetwork"),
                ],
            },
            {
                "title": "Lines",
                "separator": True,
                "items": [
                    _item("Lines", "group", "lines.line"),
                    _item("Sessions", "play_circle", "usage.sessionrow"),
                    _item("Verified residences", "travel_explore", "places.residence"),
                    {
                        "title": "Shared lines",
                        "icon": "diversity_3",
                        "link": reverse_lazy("suspects"),
                        "permission": _allowed("tracing.view_suspect"),
                    },
                    {
                        "title": "Why?",
                        "icon": "help",
                        "link": reverse_lazy("why"),
                        "permission": _allowed("lines.view_line"),
                    },
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
                    {
                        "title": "Audit trail",
                        "icon": "history",
                        "link": reverse_lazy("trail"),
                        "permission": _allowed("audit.view_auditrow"),
                    },
                    _item("Staff", "badge", "staff.operator"),
                    _item("Retention", "auto_delete", "privacy.retentionrow"),
                    _item("Settings", "tune", "station.stationrow"),
                ],
            },
        ],
    },
}
