"""Addresses of the console: the admin at the root, and the few pages that are no table."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from rightcast.panel.alarms import pages as alarms
from rightcast.panel.alarms.bell import bell_fragment
from rightcast.panel.archive.pages import archive_page, kept_page
from rightcast.panel.audit import pages as trail
from rightcast.panel.blackouts.pages import blackouts_page, schedule_file
from rightcast.panel.console.air import air_page
from rightcast.panel.console.cues import cues_page
from rightcast.panel.console.pictures import thumbnail
from rightcast.panel.console.sessions import cut, sessions_file, sessions_live, sessions_page
from rightcast.panel.console.station import live_fragment
from rightcast.panel.console.unknown import unknown_page
from rightcast.panel.console.wall import wall_now, wall_page
from rightcast.panel.console.why import why_json, why_page
from rightcast.panel.evidence import pages as evidence
from rightcast.panel.features.pages import feature_page
from rightcast.panel.grids import pages as grids
from rightcast.panel.guide import pages as guide
from rightcast.panel.guide.grid_pages import grid_page, show_page
from rightcast.panel.library.pages import harvest_file
from rightcast.panel.lines.pages import devices_page, secret_page
from rightcast.panel.matching import pages as matching
from rightcast.panel.metrics import metrics
from rightcast.panel.notices import deciding
from rightcast.panel.notices import pages as notices
from rightcast.panel.notices.desk_pages import desk_page, flaggers_page
from rightcast.panel.overlays.pages import overlays_page
from rightcast.panel.privacy.pages import privacy_page
from rightcast.panel.staff.pages import OwnPasswordView
from rightcast.panel.takedowns import pages as takedowns
from rightcast.panel.tracing.pages import act as act_on_suspect
from rightcast.panel.tracing.pages import suspects_page
from rightcast.panel.tracing.token_page import token_json, token_page

urlpatterns = [
    path("station/live/", admin.site.admin_view(live_fragment), name="station-live"),
    path("wall/", admin.site.admin_view(wall_page), name="wall"),
    path("wall/now/", admin.site.admin_view(wall_now), name="wall-now"),
    path("sessions/", admin.site.admin_view(sessions_page), name="sessions"),
    path("sessions/live/", admin.site.admin_view(sessions_live), name="sessions-live"),
    path("sessions/sessions.csv", admin.site.admin_view(sessions_file), name="sessions-file"),
    path("sessions/cut/", admin.site.admin_view(cut), name="sessions-cut"),
    path("licensor/", include("rightcast.panel.licensors.urls")),
    path("channel/<int:channel_id>/thumbnail.jpg", admin.site.admin_view(thumbnail), name="thumbnail"),
    path("channel/<int:channel_id>/cues/", admin.site.admin_view(cues_page), name="channel-cues"),
    path("channel/<int:channel_id>/kept/", admin.site.admin_view(kept_page), name="channel-kept"),
    path("archive/", admin.site.admin_view(archive_page), name="archive"),
    path("channel/<int:channel_id>/air/", admin.site.admin_view(air_page), name="air"),
    path("channel/<int:channel_id>/<slug:feature>/", admin.site.admin_view(feature_page), name="feature"),
    path("harvest/<int:harvest_id>/file", admin.site.admin_view(harvest_file), name="harvest-file"),
    path("metrics", metrics, name="metrics"),
    path("trail/", admin.site.admin_view(trail.trail_page), name="trail"),
    path("trail/act/", admin.site.admin_view(trail.act), name="trail-act"),
    path("trail/<int:seq>/", admin.site.admin_view(trail.row_page), name="trail-row"),
    path("evidence/", admin.site.admin_view(evidence.evidence_page), name="evidence"),
    path("evidence/pack/", admin.site.admin_view(evidence.pack), name="evidence-pack"),
    path("alarms/", admin.site.admin_view(alarms.alarms_page), name="alarms"),
    path("alarms/bell/", admin.site.admin_view(bell_fragment), name="alarms-bell"),
    path("alarms/live/", admin.site.admin_view(alarms.alarms_live), name="alarms-live"),
    path("alarms/history/", admin.site.admin_view(alarms.history_page), name="alarms-history"),
    path("alarms/<int:alarm_id>/", admin.site.admin_view(alarms.alarm_page), name="alarm"),
    path("alarms/<int:alarm_id>/act/", admin.site.admin_view(alarms.act), name="alarm-act"),
    path("guide/week/", admin.site.admin_view(grids.weeks_page), name="weeks"),
    path("guide/week/<int:channel_id>/", admin.site.admin_view(grids.week_page), name="week"),
    path("guide/week/<int:channel_id>/<str:form>", admin.site.admin_view(grids.export), name="week-export"),
    path("guide/source/<int:source_id>/now/", admin.site.admin_view(guide.standing_fragment), name="guide-standing"),
    path("guide/source/<int:source_id>/report/", admin.site.admin_view(guide.report_page), name="guide-report"),
    path("guide/grid/", admin.site.admin_view(grid_page), name="guide-grid"),
    path("guide/show/<int:channel_id>/<int:start>/", admin.site.admin_view(show_page), name="guide-show"),
    path("guide/matching/", admin.site.admin_view(matching.matching_page), name="matching"),
    path("guide/matching/act/", admin.site.admin_view(matching.act), name="matching-act"),
    path("guide/matching/<int:channel_id>/", admin.site.admin_view(matching.choose_page), name="matching-choose"),
    path("notices/", admin.site.admin_view(notices.inbox_page), name="notices"),
    path("notices/live/", admin.site.admin_view(notices.inbox_live), name="notices-live"),
    path("notices/flaggers/", admin.site.admin_view(flaggers_page), name="notice-flaggers"),
    path("notices/desk/", admin.site.admin_view(desk_page), name="notice-desk"),
    path("notices/<str:reference>/", admin.site.admin_view(notices.notice_page), name="notice"),
    path("notices/<str:reference>/act/", admin.site.admin_view(deciding.act), name="notice-act"),
    path("notices/<str:reference>/<str:what>", admin.site.admin_view(notices.download), name="notice-file"),
    path("blackouts/", admin.site.admin_view(blackouts_page), name="blackouts"),
    path("overlays/", admin.site.admin_view(overlays_page), name="overlays"),
    path("blackouts/schedule/<int:number>.xml", admin.site.admin_view(schedule_file), name="blackout-schedule"),
    path("unknown/", admin.site.admin_view(unknown_page), name="unknown"),
    path("line/<int:line_id>/devices/", admin.site.admin_view(devices_page), name="line-devices"),
    path("line/<int:line_id>/privacy/", admin.site.admin_view(privacy_page), name="line-privacy"),
    path("line/secret/<str:word>/", admin.site.admin_view(secret_page), name="line-secret"),
    path("suspects/", admin.site.admin_view(suspects_page), name="suspects"),
    path("suspects/<int:line_id>/act/", admin.site.admin_view(act_on_suspect), name="suspect-act"),
    path("networks/token/", admin.site.admin_view(token_page), name="network-token"),
    path("networks/token.json", admin.site.admin_view(token_json), name="network-token-json"),
    path("agreements/", include("rightcast.panel.rights.urls")),
    path("takedowns/", admin.site.admin_view(takedowns.takedowns_page), name="takedowns"),
    path("takedowns/<int:takedown_id>/", admin.site.admin_view(takedowns.takedown_page), name="takedown"),
    path("takedowns/<int:takedown_id>/live/", admin.site.admin_view(takedowns.takedown_live), name="takedown-live"),
    path("takedowns/<int:takedown_id>/lift/", admin.site.admin_view(takedowns.lift), name="takedown-lift"),
    path("why/", admin.site.admin_view(why_page), name="why"),
    path("why.json", admin.site.admin_view(why_json), name="why-json"),
    path("password_change/", admin.site.admin_view(OwnPasswordView.as_view())),
    path("", admin.site.urls),
]
