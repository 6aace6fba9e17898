"""Addresses of the console: the admin at the root, and the few pages that are no table."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from rightcast.panel.console.station import live_fragment
from rightcast.panel.console.why import why_page
from rightcast.panel.features.pages import feature_page
from rightcast.panel.staff.pages import OwnPasswordView

urlpatterns = [
    path("station/live/", admin.site.admin_view(live_fragment), name="station-live"),
    path("channel/<int:channel_id>/<slug:feature>/", admin.site.admin_view(feature_page), name="feature"),
    path("why/", admin.site.admin_view(why_page), name="why"),
    path("password_change/", admin.site.admin_view(OwnPasswordView.as_view())),
    path("", admin.site.urls),
]
