"""Addresses of the console: the admin is the whole of it, at the root."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

urlpatterns = [path("", admin.site.urls)]
