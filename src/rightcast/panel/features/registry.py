"""Which features have a form, in the order in which a channel's page lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rightcast.panel.features.airing import FailoverForm, LifeForm, ScheduleForm, SlateForm
from rightcast.panel.features.archive import ArchiveForm
from rightcast.panel.features.ladder import LadderForm
from rightcast.panel.features.outputs import OutputsForm
from rightcast.panel.features.packaging import PackagingForm
from rightcast.panel.features.protection import ProtectionForm
from rightcast.panel.features.watch import WatchForm

if TYPE_CHECKING:
    from rightcast.panel.features.form import FeatureForm

FORMS: dict[str, type[FeatureForm[Any]]] = {
    "failover": FailoverForm,
    "life": LifeForm,
    "slate": SlateForm,
    "schedule": ScheduleForm,
    "ladder": LadderForm,
    "packaging": PackagingForm,
    "protection": ProtectionForm,
    "outputs": OutputsForm,
    "watch": WatchForm,
    "archive": ArchiveForm,
}
"""By the feature's name in `rightcast.domain.features`."""
