"""Every way to tell, by its kind. A new one is a module here, and a line in this list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rightcast.domain.errors import InvalidInputError
from rightcast.panel.alarms.notify.alertmanager import Alertmanager
from rightcast.panel.alarms.notify.email import Email
from rightcast.panel.alarms.notify.syslog import Syslog
from rightcast.panel.alarms.notify.webhook import Webhook

if TYPE_CHECKING:
    from rightcast.panel.alarms.notify.contract import Notifier

NOTIFIERS: dict[str, Notifier] = {one.kind: one for one in (Email(), Webhook(), Alertmanager(), Syslog())}


def notifier_of(kind: str) -> Notifier:
    """The notifier of this kind. Raises InvalidInputError."""
    found = NOTIFIERS.get(kind)
    if found is None:
        raise InvalidInputError(
            f"There is no notifier of kind '{kind}'.", remedy=f"Choose one of {', '.join(NOTIFIERS)}.", field="kind"
        )
    return found
