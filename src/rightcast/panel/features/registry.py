"""Which features have a form, in the order in which a channel's page lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rightcast.panel.features.form import FeatureForm

FORMS: dict[str, type[FeatureForm[Any]]] = {}
"""By the feature's name in `rightcast.domain.features`."""
