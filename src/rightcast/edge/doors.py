"""Every interface of the viewers' port, wired to the rooms it asks: what is behind each address.

The composition root of the edge puts the rooms together and hands them here once.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.contract.station import StationSettings
from rightcast.domain.images import FOLDER
from rightcast.edge.admission import Admission
from rightcast.edge.answers import Answers
from rightcast.edge.catalogue import Catalogue
from rightcast.edge.favourites import Favourites
from rightcast.edge.figures import Figures
from rightcast.edge.guide_port import Archive, Guide
from rightcast.edge.images import StationImages
from rightcast.edge.interfaces.activation import Activation
from rightcast.edge.interfaces.dvbi import DvbI
from rightcast.edge.interfaces.enigma2 import Enigma2
from rightcast.edge.interfaces.guide import Guides
from rightcast.edge.interfaces.guide_rows import GuideRows
from rightcast.edge.interfaces.m3u import Playlists
from rightcast.edge.interfaces.own_devices import OwnDevices
from rightcast.edge.interfaces.past import Past
from rightcast.edge.interfaces.provider import Provider
from rightcast.edge.interfaces.recordings import Recordings
from rightcast.edge.interfaces.stalker import Portal
from rightcast.edge.interfaces.stalker_box import BoxTokens
from rightcast.edge.interfaces.stalker_recordings import BoxRecordings
from rightcast.edge.interfaces.stalker_tv import Channels
from rightcast.edge.interfaces.television import Television
from rightcast.edge.interfaces.xtream import PlayerApi
from rightcast.edge.interfaces.xtream_titles import TitleLists
from rightcast.edge.library.films import Films
from rightcast.edge.library.posters import Posters
from rightcast.edge.library.shelves import POSTERS
from rightcast.edge.library_port import Library
from rightcast.edge.live import Live
from rightcast.edge.notices.door import NoticeDoor
from rightcast.edge.past.playing import Playing
from rightcast.edge.recordings.library import WithRecordings
from rightcast.edge.recordings.playing import RecordingAddresses
from rightcast.edge.recordings.shelf import Shelf
from rightcast.edge.replica import Replica
from rightcast.edge.routes import WELCOME, Routes
from rightcast.edge.tickets import Tickets
from rightcast.edge.unknown import Unknown
from rightcast.state.activations import FileActivations
from rightcast.state.keys import derived_key
from rightcast.state.notices import NoticeBox
from rightcast.state.recording_wishes import RecordingWishes

if TYPE_CHECKING:
    from rightcast.edge.routes import Folder, Script


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """What interfaces ask. `key` is the station's, `clock` unix seconds; guide, archive and library may be empty."""

    settings: StationSettings
    replica: Replica
    admission: Admission
    live: Live
    playing: Playing
    films: Films
    tickets: Tickets
    key: bytes
    guide: Guide
    archive: Archive
    library: Library
    favourites: Favourites
    clock: Callable[[], float] = time.time


class Doors:
    """`routes` answers every request; `catalogue`, `guides` and `unknown` are asked by others too."""

    def __init__(self, rooms: Rooms) -> None:
        settings, replica, admission = rooms.settings, rooms.replica, rooms.admission
        clock = rooms.clock
        self.unknown = Unknown(WELCOME, clock)
        self.catalogue = Catalogue(replica, admission, clock=clock)
        self._rooms = rooms
        self._answers = Answers()
        self.guides = Guides(
            settings, admission, self.catalogue, self._answers, guide=rooms.guide, archive=rooms.archive, clock=clock
        )
        self._rows = GuideRows(
            settings, admission, self.catalogue, guide=rooms.guide, archive=rooms.archive, clock=clock
        )
        self._past = Past(admission, replica, rooms.playing, rooms.films)
        shelf = self._shelf = Shelf(replica, admission.asking)
        self._library = WithRecordings(rooms.library, shelf, replica)
        self._recorded = RecordingAddresses(admission, shelf, rooms.playing, rooms.tickets, self._past.film)
        wishes = RecordingWishes(settings.recording_wishes)
        self.recordings = Recordings(admission, shelf, wishes, clock=clock)
        self._enigma2 = Enigma2(settings, replica, admission, self.catalogue, guide=rooms.guide, clock=clock)
        self._playlists = Playlists(
            settings,
            admission,
            self.catalogue,
            self._answers,
            enigma2=self._enigma2,
            archive=rooms.archive,
            guides=self.guides,
            recordings=self._library,
        )
        scripts = self._scripts()
        self.routes = Routes(
            rooms.live,
            self._past,
            self.unknown,
            scripts=scripts,
            folders=self._folders(),
            hosts={"iptv.local": scripts["playlist.m3u"]},  # which SS IPTV looks for in every network
        )

    def _scripts(self) -> dict[str, Script]:
        """Answers by the last part of an address."""
        rooms = self._rooms
        settings, replica, admission = rooms.settings, rooms.replica, rooms.admission
        player_api = PlayerApi(
            settings,
            replica,
            admission,
            self.catalogue,
            self._answers,
            guide=rooms.guide,
            archive=rooms.archive,
            titles=TitleLists(settings, self._library, self._answers),
            clock=rooms.clock,
        )
        portal = self._portal()
        return {
            "player_api.php": player_api.answer,
            "panel_api.php": player_api.panel,
            "get.php": self._playlists.playlist,
            "playlist.m3u": Provider(settings, replica, admission, self.catalogue).answer,
            "xmltv.php": self.guides.answer,
            "xmltv.php.gz": self.guides.answer,
            "enigma2.php": self._enigma2.menu,
            "timeshift.php": self._past.script,
            "load.php": portal.answer,
            "portal.php": portal.answer,
            "xpcom.common.js": portal.hint,
            "metrics": Figures(settings).answer,
        }

    def _folders(self) -> dict[str, Folder]:
        """Answers by the first part of an address."""
        rooms, television = self._rooms, Television()
        activations = FileActivations(rooms.settings.activations)
        dvbi = DvbI(rooms.settings, rooms.replica, rooms.admission, self.catalogue, rooms.guide, clock=rooms.clock)
        devices = OwnDevices(
            activations, rooms.replica, rooms.admission, derived_key(rooms.key, "tokens"), clock=rooms.clock
        )
        activation = Activation(
            activations,
            rooms.replica,
            rooms.admission,
            derived_key(rooms.key, "secrets"),
            settings=rooms.settings,
            devices=devices,
            clock=rooms.clock,
        )
        return {
            "guide": self._rows.answer,
            "dvbi": dvbi.answer,
            "p": self._playlists.short,
            "playlist": self._playlists.below,
            "activate": activation.answer,
            "notice": self._notices().answer,
            "tv": television.answer,
            "c": television.answer,
            "stalker_portal": television.below,
            "timeshift": self._past.timeshift,
            "catchup": self._past.catchup,
            FOLDER: StationImages(rooms.settings.images).answer,
            POSTERS: Posters(rooms.settings.library, rooms.films.hides).answer,
            "movie": self._recorded.movie,
            "recording": self._recorded.recording,
            "recordings": self.recordings.answer,
            "series": self._past.episode,
        }

    def _notices(self) -> NoticeDoor:
        rooms = self._rooms
        return NoticeDoor(
            NoticeBox(rooms.settings.notices),
            rooms.replica,
            derived_key(rooms.key, "notices"),
            settings=rooms.settings,
            clock=rooms.clock,
        )

    def _portal(self) -> Portal:
        rooms = self._rooms
        channels = Channels(
            rooms.settings,
            rooms.admission,
            self.catalogue,
            self._answers,
            tickets=rooms.tickets,
            guide=rooms.guide,
            archive=rooms.archive,
            library=self._library,
            favourites=rooms.favourites,
            clock=rooms.clock,
        )
        tokens = BoxTokens(derived_key(rooms.key, "tokens"))
        return Portal(
            rooms.replica,
            rooms.admission,
            channels,
            tokens,
            rows=self._rows,
            recordings=BoxRecordings(self._shelf, self.recordings, rooms.tickets, channels, clock=rooms.clock),
            note=self.unknown.note,
            clock=rooms.clock,
        )
