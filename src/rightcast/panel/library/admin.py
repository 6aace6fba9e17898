"""Pages of collections, titles with their files, and harvests."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import Count
from django.urls import reverse
from django.utils.html import format_html
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextInputWidget

from rightcast.domain.errors import InvalidInputError
from rightcast.panel.catalogue.models import Package
from rightcast.panel.console.numbers import span
from rightcast.panel.desk import OperatedAdmin, RecordForm, button, column
from rightcast.panel.library import harvesting, operations
from rightcast.panel.library.models import Collection, Episode, Harvest, HarvestState, Title

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from rightcast.panel.audit.operations import Actor
    from rightcast.panel.desk import Row

STATE_LABELS = {"done": "success", "running": "info", "failed": "danger", "cancelled": "warning"}
_LISTS = ("genres", "directors", "actors", "countries")


class CollectionForm(RecordForm):
    """A collection, and the packages that it is part of."""

    packages = forms.ModelMultipleChoiceField(
        Package.objects.all(), required=False, help_text="Lines with one of these packages may watch its titles."
    )

    class Meta:
        model = Collection
        fields = ("name", "position", "adult", "packages")


@admin.register(Collection)
class CollectionAdmin(OperatedAdmin):
    """Collections: what of the library is sold together."""

    form = CollectionForm
    list_display = ("name", "position", "holds", "adult")
    search_fields = ("name",)
    autocomplete_fields = ("packages",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Collection]:
        """With the number of titles."""
        return Collection.objects.annotate(title_count=Count("titles"))

    def store(self, actor: Actor, record: Collection, form: Any, rows: list[list[Row]], *, change: bool) -> Collection:
        """Add or change it."""
        given = form.cleaned_data
        fields = {
            "name": given["name"],
            "position": given["position"],
            "adult": given["adult"],
            "package_ids": [package.id for package in given["packages"]],
        }
        if change:
            return operations.update_collection(actor, record.id, **fields)
        return operations.create_collection(actor, **fields)

    def discard(self, actor: Actor, record: Collection) -> None:
        """Remove an empty one."""
        operations.remove_collection(actor, record.id)

    @column("Titles", ordering="title_count")
    def holds(self, collection: Collection) -> int:
        """How many titles are in it."""
        return int(getattr(collection, "title_count", 0))


class TitleForm(RecordForm):
    """A title as somebody who knows it writes it down."""

    genres = forms.CharField(required=False, widget=UnfoldAdminTextInputWidget, help_text="Separated by commas.")
    directors = forms.CharField(required=False, widget=UnfoldAdminTextInputWidget)
    actors = forms.CharField(required=False, widget=UnfoldAdminTextInputWidget)
    countries = forms.CharField(required=False, widget=UnfoldAdminTextInputWidget)
    file = forms.FileField(
        required=False,
        widget=UnfoldAdminFileFieldWidget,
        help_text="Of a film. Large ones are faster by `rightcast library add` on the station's machine.",
    )

    class Meta:
        model = Title
        fields = (
            "kind", "name", "collection", "original_name", "description", "year", "age", "stars", "trailer", "wanted",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            for name in _LISTS:
                self.initial[name] = ", ".join(getattr(self.instance, name))


@admin.register(Title)
class TitleAdmin(OperatedAdmin):
    """Titles: films and series, with what is known of them."""

    form = TitleForm
    list_display = ("name", "kind", "collection", "state", "plays", "added")
    list_filter = ("kind", "collection", "wanted")
    search_fields = ("name", "original_name")
    autocomplete_fields = ("collection",)
    list_select_related = ("collection",)
    readonly_fields = ("state", "plays")
    buttons = ("offer", "take_back")
    fieldsets = (
        (None, {"fields": (("name", "kind"), ("collection", "wanted"), "file")}),
        ("What apps tell of it", {"fields": ("description", ("year", "age", "stars"), "genres", "directors", "actors",
                                             ("countries", "original_name"), "trailer"), "classes": ("collapse",)}),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Title]:
        """With what its state rests on."""
        return Title.objects.select_related("collection").annotate(
            episode_count=Count("episodes", distinct=True),
            right_count=Count("rights", distinct=True) + Count("collection__rights", distinct=True),
        )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A title that exists says first how it stands."""
        fieldsets = super().get_fieldsets(request, obj)
        return fieldsets if obj is None else [(None, {"fields": (("state", "plays"),)}), *fieldsets]

    def store(self, actor: Actor, record: Title, form: Any, rows: list[list[Row]], *, change: bool) -> Title:
        """Add or change it; a file that was sent becomes the film's."""
        given = form.cleaned_data
        details: operations.TitleChanges = {
            "name": given["name"],
            "collection_id": given["collection"].id,
            "original_name": given["original_name"],
            "description": given["description"],
            "year": given["year"],
            "age": given["age"],
            "stars": given["stars"],
            "trailer": given["trailer"],
            "wanted": given["wanted"],
            "genres": given["genres"].split(","),
            "directors": given["directors"].split(","),
            "actors": given["actors"].split(","),
            "countries": given["countries"].split(","),
        }
        if change:
            title = operations.update_title(actor, record.id, **details)
        else:
            title = operations.create_title(actor, given["kind"], details)
        if given.get("file"):
            _take(actor, title, given["file"])
        return title

    def discard(self, actor: Actor, record: Title) -> None:
        """Remove it with its files."""
        operations.remove_title(actor, record.id)

    def offers(self, name: str, record: Title) -> bool:
        """Offer what is held back, take back what is offered."""
        return record.wanted is (name == "take_back")

    @button("Offer in apps", icon="play_circle")
    def offer(self, actor: Actor, record: Title) -> str:
        """Want it in apps."""
        return f"{operations.update_title(actor, record.id, wanted=True)} is offered."

    @button("Take out of apps", icon="pause_circle")
    def take_back(self, actor: Actor, record: Title) -> str:
        """Hold it back; who watches it is cut."""
        return f"{operations.update_title(actor, record.id, wanted=False)} is held back."

    @column("State", label={"offered": "success", "waiting for a right": "warning", "without a file": "warning"})
    def state(self, title: Title) -> str:
        """In a word or two."""
        if not title.wanted:
            return "held back"
        if not title.file_name and not getattr(title, "episode_count", 0):
            return "without a file"
        return "offered" if getattr(title, "right_count", 0) else "waiting for a right"

    @column("Length")
    def plays(self, title: Title) -> str:
        """How long it is, or how many episodes it has."""
        if title.kind == "series":
            return f"{getattr(title, 'episode_count', 0)} episodes"
        return span(title.length_s) if title.length_s else "—"


class EpisodeForm(RecordForm):
    """An episode with its file."""

    file = forms.FileField(required=False, widget=UnfoldAdminFileFieldWidget)

    class Meta:
        model = Episode
        fields = ("title", "season", "number", "name", "description")


@admin.register(Episode)
class EpisodeAdmin(OperatedAdmin):
    """Episodes of series; another file is another episode."""

    form = EpisodeForm
    list_display = ("title", "season", "number", "name", "plays")
    list_display_links = ("name", "number")
    search_fields = ("name", "title__name")
    autocomplete_fields = ("title",)
    list_select_related = ("title",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An episode is removed and added anew."""
        return False

    def store(self, actor: Actor, record: Episode, form: Any, rows: list[list[Row]], *, change: bool) -> Episode:
        """Add it."""
        given = form.cleaned_data
        if not given.get("file"):
            raise InvalidInputError("An episode needs a file.", remedy="Choose one.", field="file")
        with _stored(given["file"]) as path:
            return operations.add_episode(
                actor,
                given["title"].id,
                path,
                season=given["season"],
                number=given["number"],
                name=given["name"],
                description=given["description"],
            )

    def discard(self, actor: Actor, record: Episode) -> None:
        """Remove it with its file."""
        operations.remove_episode(actor, record.id)

    @column("Length")
    def plays(self, episode: Episode) -> str:
        """How long it is."""
        return span(episode.length_s)


class HarvestForm(RecordForm):
    """A stretch of the archive, as somebody wants it."""

    class Meta:
        model = Harvest
        fields = ("channel", "name", "start", "stop", "collection", "exact")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "channel" in self.fields:
            self.fields["channel"].required = True


@admin.register(Harvest)
class HarvestAdmin(OperatedAdmin):
    """Harvests: stretches of the archive on their way to a file."""

    form = HarvestForm
    list_display = ("name", "channel_name", "when", "status", "how_far", "outcome")
    list_filter = ("state",)
    search_fields = ("name", "channel_name")
    autocomplete_fields = ("channel", "collection")
    readonly_fields = ("status", "how_far", "outcome", "detail", "ordered", "ordered_by", "ended")
    buttons = ("cancel", "again")
    fieldsets = ((None, {"fields": ("name", "channel", ("start", "stop"), ("collection", "exact"))}),)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """One that was ordered says first how it stands."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None:
            return fieldsets
        standing = {"fields": (("status", "how_far"), "outcome", "detail", ("ordered", "ordered_by", "ended"))}
        return [(None, standing), *fieldsets]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What was ordered does not change."""
        ordered = () if obj is None else ("name", "channel", "start", "stop", "collection", "exact")
        return (*self.readonly_fields, *ordered)

    def store(self, actor: Actor, record: Harvest, form: Any, rows: list[list[Row]], *, change: bool) -> Any:
        """Order it."""
        if change:
            return record
        given = form.cleaned_data
        collection = given.get("collection")
        return harvesting.order_harvest(
            actor,
            channel_id=given["channel"].id,
            name=given["name"],
            start=given["start"],
            stop=given["stop"],
            collection_id=None if collection is None else collection.id,
            exact=given["exact"],
        )

    def discard(self, actor: Actor, record: Harvest) -> None:
        """Forget it; a clip's file goes."""
        harvesting.remove_harvest(actor, record.id)

    def offers(self, name: str, record: Harvest) -> bool:
        """Cancel what is not done, try again what failed."""
        waiting = record.state in {HarvestState.WAITING, HarvestState.RUNNING}
        failed = record.state in {HarvestState.FAILED, HarvestState.CANCELLED}
        return waiting if name == "cancel" else failed

    @button("Cancel", icon="cancel")
    def cancel(self, actor: Actor, record: Harvest) -> str:
        """Stop cutting."""
        return f"{harvesting.cancel_harvest(actor, record.id)} is cancelled."

    @button("Try again", icon="refresh")
    def again(self, actor: Actor, record: Harvest) -> str:
        """Once more."""
        return f"{harvesting.retry_harvest(actor, record.id)} is tried again."

    @column("When (UTC)", ordering="start")
    def when(self, harvest: Harvest) -> str:
        """From when to when it was on air."""
        return f"{_short(harvest.start)} to {_short(harvest.stop)}"

    @column("State", ordering="state", label=STATE_LABELS)
    def status(self, harvest: Harvest) -> str:
        """In one word."""
        return str(harvest.state)

    @column("Done")
    def how_far(self, harvest: Harvest) -> str:
        """How much of it is cut."""
        if harvest.state != HarvestState.RUNNING:
            return "100 %" if harvest.state == HarvestState.DONE else "—"
        return format_html(
            '<progress max="1" value="{}" aria-label="cut so far"></progress> {} %',
            f"{harvest.progress:.2f}",
            round(harvest.progress * 100),
        )

    @column("Result")
    def outcome(self, harvest: Harvest) -> str:
        """Its file or title, or why there is none."""
        if harvest.title_id is not None:
            page = reverse("admin:library_title_change", args=[harvest.title_id])
            return format_html('<a class="text-primary-600" href="{}">{}</a>', page, harvest.name)
        if harvest.state == HarvestState.DONE:
            page = reverse("harvest-file", args=[harvest.id])
            size = f"{harvest.file_bytes / 1e6:.1f} MB"
            return format_html('<a class="text-primary-600" href="{}">Download {}</a>', page, size)
        return harvest.detail if harvest.state == HarvestState.FAILED else "—"


class _stored:  # noqa: N801 - reads as a word in a with statement
    """What was sent, as a file that is gone at the end."""

    def __init__(self, sent: UploadedFile[Any]) -> None:
        self._sent = sent
        self._folder = tempfile.TemporaryDirectory(prefix="rightcast-upload-")

    def __enter__(self) -> Path:
        path = Path(self._folder.name) / Path(str(self._sent.name)).name
        with path.open("wb") as file:
            for chunk in self._sent.chunks():
                file.write(chunk)
        return path

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()


def _take(actor: Actor, title: Title, sent: UploadedFile[Any]) -> None:
    with _stored(sent) as path:
        operations.set_film(actor, title.id, path)


def _short(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
