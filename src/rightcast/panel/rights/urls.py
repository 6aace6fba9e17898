"""Addresses below `agreements/`."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from rightcast.panel.rights import calendar_pages, pages

urlpatterns = [
    path("", admin.site.admin_view(pages.board_page), name="agreements"),
    path("new/", admin.site.admin_view(pages.new_page), name="agreement-new"),
    path("new/<slug:instrument>/", admin.site.admin_view(pages.new_page), name="agreement-path"),
    path("document/<int:evidence_id>", admin.site.admin_view(pages.document), name="agreement-document"),
    path("<int:right_id>/", admin.site.admin_view(pages.agreement_page), name="agreement"),
    path("<int:right_id>/act/", admin.site.admin_view(pages.act), name="agreement-act"),
    path("<int:right_id>/odrl", admin.site.admin_view(calendar_pages.odrl_file), name="agreement-odrl"),
    path("calendars/", admin.site.admin_view(calendar_pages.calendars_page), name="agreement-calendars"),
    path("calendar/<str:secret>.ics", calendar_pages.calendar_file, name="agreement-calendar"),
]
