"""Addresses of licensors' pages, below /licensor/."""

from __future__ import annotations

from django.urls import path

from rightcast.panel.licensors import pages, sign_in

urlpatterns = [
    path("", pages.overview_page, name="licensor"),
    path("sign-in/", sign_in.SignIn.as_view(), name="licensor-sign-in"),
    path("sign-out/", sign_in.sign_out, name="licensor-sign-out"),
    path("password/", sign_in.password_page, name="licensor-password"),
    path("right/<int:right_id>/", pages.right_page, name="licensor-right"),
    path("report/<str:month>/<str:form>", pages.report_file, name="licensor-report"),
]
