"""Django's settings for the panel, read from the station's settings.

Importing this makes no file: a process that has not prepared the station signs with a passing key.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from rightcast.contract.station import HANDOVER_VARIABLE, StationSettings
from rightcast.panel import navigation
from rightcast.state.keys import KEY_BYTES, derived_key

if TYPE_CHECKING:
    from typing import Any


def _station() -> StationSettings:
    handed_over = os.environ.get(HANDOVER_VARIABLE)
    if handed_over:
        return StationSettings.from_handover(handed_over)
    return StationSettings(data=Path(os.environ.get("RIGHTCAST_DATA") or "data"))


def _secret_key(folder: Path) -> str:
    try:
        key = (folder / "station.key").read_bytes()
    except OSError:
        key = secrets.token_bytes(KEY_BYTES)
    return derived_key(key, "django").hex()


def _allowed_hosts(host: str) -> list[str]:
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
        return ["*"]
    return ["localhost", "127.0.0.1", "[::1]", f"[{host}]" if ":" in host else host]


STATION = _station()
UNFOLD = navigation.UNFOLD

DEBUG = False
SECRET_KEY = _secret_key(STATION.keys)
ALLOWED_HOSTS = _allowed_hosts(STATION.console.host)
ROOT_URLCONF = "rightcast.panel.urls"
ASGI_APPLICATION = "rightcast.panel.asgi.application"
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rightcast.panel.audit",
    "rightcast.panel.station",
    "rightcast.panel.catalogue",
    "rightcast.panel.library",
    "rightcast.panel.rights",
    "rightcast.panel.lines",
    "rightcast.panel.licensors",
    "rightcast.panel.recordings",
    "rightcast.panel.tracing",
    "rightcast.panel.places",
    "rightcast.panel.takedowns",
    "rightcast.panel.evidence",
    "rightcast.panel.usage",
    "rightcast.panel.privacy",
    "rightcast.panel.blackouts",
    "rightcast.panel.overlays",
    "rightcast.panel.notices",
    "rightcast.panel.publish",
    "rightcast.panel.staff",
    "rightcast.panel.alarms",
    "rightcast.panel.guide",
    "rightcast.panel.matching",
    "rightcast.panel.images",
    "rightcast.panel.console",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "console" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "rightcast.panel.alarms.bell.bell",
            ]
        },
    }
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(STATION.database),
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
        },
    }
}
# The search box would keep answers for minutes; nothing else here is cached.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_COOKIE_NAME = "rightcast_console"
SESSION_COOKIE_AGE = 14 * 86_400
CSRF_COOKIE_NAME = "rightcast_csrf"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"

LANGUAGE_CODE = "en-us"  # its forms read and write dates as 2026-12-31
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 3600

# The process that runs Django decides where its log goes; Django adds nothing of its own.
LOGGING_CONFIG = None
