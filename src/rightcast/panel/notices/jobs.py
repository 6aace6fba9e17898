"""What the jobs process does for notices: takes in what waits, tells pages, sends letters."""

from __future__ import annotations

import time

from django.utils import timezone

from rightcast.panel.notices import course
from rightcast.panel.notices.intake import take_in
from rightcast.panel.notices.mailbox import collect
from rightcast.panel.notices.posting import post

LOOK_S = 1.0


def look() -> None:
    """One turn."""
    box = course.box()
    course.show_desk()
    collect(box, course.mail_folder(), time.time())
    take_in(box)
    course.show_standings()
    post(timezone.now())
