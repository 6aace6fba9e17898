"""Pictures of shows and channels kept by the station itself: their names, sizes, and when one is asked for again.

A name is made of the address the picture came from, so that guides can name it before it has been fetched. Pure.
"""

from __future__ import annotations

import enum
import hashlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rightcast.domain.guide import Show

FOLDER = "images"
SIZES = {"s": 160, "m": 480, "l": 1280}
"""Longest side in pixels; no picture is made larger than it came."""
USUAL = "m"
FIRST_PAUSE_S = 600
LONGEST_PAUSE_S = 7 * 86_400
HOPELESS = 3
"""So many failures in a row, and guides name the address it came from instead."""
_PATH = f"/{FOLDER}/"
_NAME = re.compile(r"[0-9a-f]{32}-[sml]")


class Images(enum.StrEnum):
    """Which pictures viewers get from this station: none, channels' logos, or shows' pictures too."""

    OFF = "off"
    LOGOS = "logos"
    ALL = "all"


def image_id(url: str) -> str:
    """One name for an address."""
    return hashlib.blake2b(url.encode("utf_8", "replace"), digest_size=16).hexdigest()


def image_address(base_url: str, url: str, size: str = USUAL) -> str:
    """Where viewers get the picture that came from an address; the path alone where `base_url` is empty."""
    return f"{base_url.rstrip('/')}/{FOLDER}/{image_id(url)}-{size}"


def absolute(url: str, base_url: str) -> str:
    """An address as apps need it: a picture of the station that is told by its path alone gets the station before it.

    Where a station has no one address for all of its viewers, each of them has the one by which it asked.
    """
    return f"{base_url}{url}" if url.startswith(_PATH) else url


def pictured(show: Show, base_url: str) -> Show:
    """A show with its picture's address as apps need it."""
    url = absolute(show.icon_url, base_url)
    return show if url is show.icon_url else replace(show, icon_url=url)


def is_image_name(name: str) -> bool:
    """Whether the last part of an address may name a picture."""
    return _NAME.fullmatch(name) is not None


def pause_s(failures: int) -> int:
    """How long to leave a picture alone after so many failures in a row."""
    return int(min(FIRST_PAUSE_S * 2 ** min(failures - 1, 20), LONGEST_PAUSE_S))
