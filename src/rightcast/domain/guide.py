"""What is on when: the shows of channels, as every guide that we write tells them.

Empty texts and tuples are what is not known; nothing of them is written.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """Words in one language, a tag of BCP 47, "" where it is not known."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture to be had at an address. Sizes in pixels, 0 unknown; `size` is XMLTV's class 1 to 3 (images only).

    `kind` is poster, backdrop, still, person or character, `orient` P or L, `system` who counts it.
    """

    url: str
    width: int = 0
    height: int = 0
    kind: str = ""
    size: str = ""
    orient: str = ""
    system: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """An address with more about something; `system` names what stands there."""

    url: str
    system: str = ""


@dataclass(frozen=True, slots=True)
class Credit:
    """A person. `part` is an element of XMLTV's credits: director, actor, writer, presenter, guest and so on."""

    part: str
    name: str
    role: str = ""
    guest: bool = False
    pictures: tuple[Picture, ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Notation:
    """The number of an episode as a system writes it: xmltv_ns, onscreen, dd_progid and others."""

    system: str
    value: str


@dataclass(frozen=True, slots=True)
class Rating:
    """A mark or an age, as its system writes it."""

    system: str
    value: str
    icon_urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What somebody thought: `text`, or an address of it when `kind` is "url"."""

    text: str
    kind: str = "text"
    source: str = ""
    reviewer: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """How it looks and sounds: yes, no or "" where nothing is said; the rest as it was written."""

    video: str = ""
    colour: str = ""
    aspect: str = ""
    picture: str = ""
    audio: str = ""
    stereo: str = ""


@dataclass(frozen=True, slots=True)
class Subtitling:
    """One way in which it is subtitled: teletext, onscreen, deaf-signed or "", and the language in words and as tag."""

    kind: str = ""
    words: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What few shows have, kept so that a guide goes out as it came in.

    `titles`, `subtitles`, `descriptions`, `categories` and `keywords` are those in other languages than the show's
    own; where one of them is the same words as the show's, they are all there are. `icons`, `ratings` and `stars` are
    those beyond the first, which is among them where it says more than the show holds. `date` is written in full where
    `year` is its year only. `previous_start` is written as it came. `clump` is the place among shows of one time slot,
    "0/2". Moments in unix seconds, 0 unknown.
    """

    titles: tuple[Text, ...] = ()
    subtitles: tuple[Text, ...] = ()
    descriptions: tuple[Text, ...] = ()
    categories: tuple[Text, ...] = ()
    keywords: tuple[Text, ...] = ()
    spoken: Text | None = None
    original: Text | None = None
    date: str = ""
    length_s: int = 0
    icons: tuple[Picture, ...] = ()
    images: tuple[Picture, ...] = ()
    links: tuple[Link, ...] = ()
    numbers: tuple[Notation, ...] = ()
    quality: Quality | None = None
    subtitlings: tuple[Subtitling, ...] = ()
    previous_start: str = ""
    previous_channel: str = ""
    premiere: Text | None = None
    last_chance: Text | None = None
    ratings: tuple[Rating, ...] = ()
    stars: tuple[Rating, ...] = ()
    reviews: tuple[Review, ...] = ()
    clump: str = ""
    pdc_start: int = 0
    vps_start: int = 0
    showview: str = ""
    videoplus: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """One show on one channel, named by its guide id. `start` and `stop` in unix seconds, stop excluded.

    `id` is the same for as long as the show is known. `language` is a tag of BCP 47. `season` and `episode` count
    from 1, 0 is none. `rating` is an age, as (system, value); `stars` is written as it came, "7/10". `genre` is a
    content byte of DVB (EN 300 468 table 28), 0 unknown. `series` is the same for all episodes. `no_catchup`: it may
    be watched live only. `details` is what few shows have.
    """

    id: int
    guide_id: str
    start: int
    stop: int
    title: str
    subtitle: str = ""
    description: str = ""
    language: str = ""
    credits: tuple[Credit, ...] = ()
    year: str = ""
    categories: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    icon_url: str = ""
    countries: tuple[str, ...] = ()
    season: int = 0
    episode: int = 0
    repeated: bool = False
    premiere: bool = False
    new: bool = False
    subtitled: bool = False
    rating: tuple[str, str] | None = None
    stars: str = ""
    genre: int = 0
    series: str = ""
    no_catchup: bool = False
    last_chance: bool = False
    details: Details | None = None


DAY_S = 86_400
_DAYS_PER_CHANNEL = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideDay:
    """The shows of one channel that start on one day of UTC, oldest first; `day` counts from 1970-01-01."""

    channel_id: int
    day: int
    shows: tuple[Show, ...]

    @property
    def key(self) -> int:
        """Under which it travels."""
        return guide_key(self.channel_id, self.day)


def day_of(moment: float) -> int:
    """The day of UTC that unix seconds lie in, counted from 1970-01-01."""
    return int(moment // DAY_S)


def guide_key(channel_id: int, day: int) -> int:
    """One number for a channel and a day; days end in the year 2243."""
    return channel_id * _DAYS_PER_CHANNEL + day


def of_guide_key(key: int) -> tuple[int, int]:
    """Channel and day of a key."""
    return divmod(key, _DAYS_PER_CHANNEL)
