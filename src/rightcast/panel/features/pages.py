"""One page for any feature of any channel: `/channel/ID/FEATURE/`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from rightcast.domain.errors import RightcastError
from rightcast.panel.catalogue import operations
from rightcast.panel.catalogue.features import feature_of
from rightcast.panel.catalogue.models import Channel
from rightcast.panel.desk import actor_of
from rightcast.panel.features.registry import FORMS

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from rightcast.panel.features.form import FeatureForm


def feature_page(request: HttpRequest, channel_id: int, feature: str) -> HttpResponse:
    """Show the form; on POST set the feature, or with `reset` let it have its defaults again."""
    kind = FORMS.get(feature)
    channel = Channel.objects.filter(id=channel_id).first()
    if kind is None or channel is None:
        raise Http404
    if not request.user.has_perm("catalogue.change_channel"):
        raise PermissionDenied
    form = kind(initial=dict(kind.values(feature_of(channel, kind.feature))))
    if request.method == "POST":
        form = kind(request.POST)
        if "reset" in request.POST:
            operations.reset_feature(actor_of(request), channel_id, kind.feature)
            return _done(request, channel, f"{kind.title}: back to the defaults.")
        if form.is_valid() and _stored(request, channel, form):
            return _done(request, channel, f"{kind.title} is set.")
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": f"{channel}: {kind.title}",
        "form": form,
        "explanation": kind.explanation,
        "is_set": feature in channel.features,
        "back": _channel_address(channel),
    }
    return TemplateResponse(request, "console/feature.html", context, status=200 if not form.errors else 422)


def _stored(request: HttpRequest, channel: Channel, form: FeatureForm[Any]) -> bool:
    """Hand the record to the operation; what it refuses stands on the form's own field."""
    try:
        record = form.record(feature_of(channel, form.feature))
        operations.set_feature(actor_of(request), channel.id, record)
    except RightcastError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return False
    return True


def _done(request: HttpRequest, channel: Channel, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    return HttpResponseRedirect(_channel_address(channel))


def _channel_address(channel: Channel) -> str:
    return reverse("admin:catalogue_channel_change", args=[channel.id])
