"""The file of a harvest, for the staff who ordered it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404
from django.utils.text import slugify

from rightcast.panel.library.models import Harvest, HarvestState

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase


def harvest_file(request: HttpRequest, harvest_id: int) -> HttpResponseBase:
    """The clip as a download."""
    if not request.user.has_perm("library.view_harvest"):
        raise PermissionDenied
    harvest = Harvest.objects.filter(id=harvest_id, state=HarvestState.DONE).first()
    path = settings.STATION.library / harvest.file_name if harvest is not None and harvest.file_name else None
    if harvest is None or path is None or not path.is_file():
        raise Http404
    name = f"{slugify(harvest.name) or 'clip'}.mp4"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type="video/mp4")
