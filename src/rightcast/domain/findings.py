"""Findings: what is seen to be wrong now, with which part of the station, and how bad each kind is.

A finding is a fact of this moment; what a person is told of is an alarm (`rightcast.domain.alarms`).
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field


class Severity(enum.IntEnum):
    """How much it matters: INFO can wait, WARNING wants somebody today, CRITICAL now."""

    INFO = 1
    WARNING = 2
    CRITICAL = 3

    @property
    def word(self) -> str:
        """The name as it is written everywhere."""
        return self.name.lower()

    @classmethod
    def of_word(cls, word: str) -> Severity:
        """The severity of a word; `minor`, `major` and `error` are understood. What is unknown is a warning."""
        return _SEVERITIES.get(word.strip().lower(), Severity.WARNING)


_SEVERITIES = {
    "info": Severity.INFO,
    "notice": Severity.INFO,
    "minor": Severity.WARNING,
    "warning": Severity.WARNING,
    "major": Severity.CRITICAL,
    "error": Severity.CRITICAL,
    "critical": Severity.CRITICAL,
}


class SubjectKind(enum.StrEnum):
    """What parts of a station findings are about."""

    STATION = "station"
    HEADEND = "headend"
    EDGE = "edge"
    INTERFACE = "interface"
    HOST = "host"
    MULTIPLEX = "multiplex"
    CHANNEL = "channel"
    RIGHT = "right"
    NOTIFIER = "notifier"
    ARCHIVE = "archive"
    GUIDE = "guide"
    AUDIT = "audit"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Subject:
    """One part of the station. Two of the same kind and id are the same, whatever they are called."""

    kind: SubjectKind
    id: str
    name: str = field(default="", compare=False)

    def __str__(self) -> str:
        return self.name or f"{self.kind.value} {self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something wrong now. `kind` is a word of KINDS or one that a newer plane brought.

    `since` is unix seconds, 0 when only the engine's own first sight counts; `severity` None is the kind's own.
    `rests_on` lists what the subject depends on, the narrowest first. `detail` should not change
    while nothing else does: it is stored on change.
    """

    subject: Subject
    kind: str
    detail: str = ""
    since: float = 0.0
    severity: Severity | None = None
    rests_on: tuple[Subject, ...] = ()

    @property
    def key(self) -> Key:
        """What identifies the alarm it may become."""
        return Key(self.subject, self.kind)


@dataclass(frozen=True, slots=True)
class Key:
    """There is at most one open alarm for each."""

    subject: Subject
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmKind:
    """How a kind of finding becomes an alarm; times in seconds.

    Raised when it has lasted `raise_after_s`, cleared when it has been away for `clear_after_s`.
    Alarms of one `group` may share a cause: OUTAGE says that nothing arrives or runs, DAMAGE that it arrives damaged.
    """

    name: str
    title: str
    severity: Severity
    raise_after_s: float
    clear_after_s: float
    remedy: str
    group: str = ""


def _kind(  # noqa: PLR0917 - a row of a table
    name: str,
    title: str,
    severity: Severity,
    after_s: tuple[float, float],
    remedy: str,
    group: str = "",
) -> AlarmKind:
    return AlarmKind(
        name=name,
        title=title,
        severity=severity,
        raise_after_s=after_s[0],
        clear_after_s=after_s[1],
        remedy=remedy,
        group=group,
    )


_C, _W, _I = Severity.CRITICAL, Severity.WARNING, Severity.INFO
OUTAGE, DAMAGE = "outage", "damage"
UPLINK_DOWN = "uplink-down"
UPLINK_DAMAGED = "uplink-damaged"
HEADEND_FAILING = "headend-failing"
KINDS: dict[str, AlarmKind] = {
    one.name: one
    for one in (
        _kind(
            "channel-silent",
            "Channel is silent",
            _C,
            (5, 10),
            "Look at the sender and the network to it; name a second source.",
            OUTAGE,
        ),
        _kind(
            "channel-failed",
            "Channel cannot be carried",
            _C,
            (5, 10),
            "The detail says why: a refused connection, a wrong address, a scrambled signal.",
            OUTAGE,
        ),
        _kind(
            "channel-missing",
            "Channel does not run",
            _C,
            (20, 5),
            "It is wanted and carried under a right, but no headend has it; look at the headend's log.",
            OUTAGE,
        ),
        _kind(
            "channel-starting",
            "Channel does not come on air",
            _W,
            (30, 5),
            "Its source answers or is being opened, but no picture comes of it.",
            OUTAGE,
        ),
        _kind(
            "channel-on-slate",
            "Channel shows its slate",
            _C,
            (5, 10),
            "No source of it delivers pictures; viewers see the slate.",
            OUTAGE,
        ),
        _kind(
            "channel-on-reserve",
            "Channel runs on a reserve source",
            _W,
            (30, 30),
            "A source that is preferred failed; repair it before the reserve fails too.",
        ),
        _kind(
            "channel-damaged",
            "Packets of a channel are lost",
            _W,
            (10, 60),
            "Packets go missing before the headend: look at the network and at the receive buffers.",
            DAMAGE,
        ),
        _kind(
            "source-faulty",
            "A reserve source is faulty",
            _W,
            (60, 60),
            "The channel is on air, but would not be if the present source failed too.",
        ),
        _kind(
            "rung-failed",
            "A rung of the ladder is not made",
            _W,
            (20, 20),
            "The detail says why; the other rungs go on.",
        ),
        _kind(
            "output-failing",
            "What is sent to an address does not leave",
            _W,
            (10, 60),
            "The network refuses datagrams of an output: look at its route and interface.",
        ),
        _kind(
            UPLINK_DOWN,
            "An uplink is down",
            _C,
            (3, 10),
            "Everything that comes this way fails together: look at the link, the sender and the switch.",
            OUTAGE,
        ),
        _kind(
            UPLINK_DAMAGED,
            "What comes by an uplink is damaged",
            _W,
            (5, 60),
            "Most that comes this way loses packets together: look at the link, the switch and the receive buffers.",
            DAMAGE,
        ),
        _kind(
            HEADEND_FAILING,
            "Channels of a headend fail together",
            _C,
            (3, 10),
            "Most channels of this headend fail at once: look at its machine and network.",
            OUTAGE,
        ),
        _kind(
            "headend-missing",
            "A headend does not report",
            _C,
            (3, 5),
            "Its log says why it ended; the supervisor starts it again.",
            OUTAGE,
        ),
        _kind(
            "edge-missing",
            "An edge does not report",
            _C,
            (3, 5),
            "Its log says why it ended; the supervisor starts it again.",
            OUTAGE,
        ),
        _kind(
            "edge-behind",
            "An edge does not hear from the panel",
            _W,
            (10, 10),
            "It goes on with what it knows for as long as the policy says; look at the jobs process and the feed.",
        ),
        _kind(
            "ring-full",
            "The ring is over its budget",
            _W,
            (30, 30),
            "Give the ring more memory (--ring-budget), or carry fewer channels.",
        ),
        _kind(
            "datagrams-lost",
            "The kernel drops datagrams",
            _W,
            (0, 60),
            "Raise net.core.rmem_max, or spread the channels over more headends.",
            DAMAGE,
        ),
        _kind(
            "archive-missing",
            "The archivist does not report",
            _W,
            (5, 5),
            "Nothing is kept meanwhile but what the rings still hold; its log says why it ended.",
        ),
        _kind(
            "archive-failing",
            "The archive cannot be written",
            _C,
            (5, 20),
            "The detail says why: look at the disk and at the rights of its folder.",
        ),
        _kind(
            "archive-store-failing",
            "Older files of the archive cannot be moved",
            _W,
            (30, 60),
            "They stay on the first disk meanwhile: look at the second disk, or at the store and its keys.",
        ),
        _kind(
            "archive-behind",
            "The archive's disk is too slow",
            _W,
            (10, 60),
            "Segments fall off the rings before they are written: use a faster disk, or keep fewer channels.",
        ),
        _kind(
            "archive-full",
            "The archive's disk has no more room",
            _W,
            (0, 3600),
            "The oldest hours of all channels go before their time: add a disk, raise the budget, or keep less.",
        ),
        _kind("right-ending", "A carriage right ends soon", _I, (0, 5), "Extend the right, or plan the channels' end."),
        _kind(
            "unlicensed-output",
            "Output without a right in force",
            _C,
            (8, 30),
            "This must never be: take the channel off the air and report it as a fault.",
        ),
        _kind(
            "certificate-ending",
            "A certificate ends soon",
            _W,
            (0, 5),
            "Renew it; the file may be replaced while the station is on air.",
        ),
        _kind(
            "notifier-failing",
            "Alarms cannot be delivered",
            _W,
            (0, 10),
            "The notifier's page says what its last answer was.",
        ),
        _kind(
            "guide-failing",
            "A guide cannot be refreshed",
            _W,
            (0, 10),
            "The guide that was there before stands until it runs out; the source's page says what is wrong.",
        ),
        _kind(
            "audit-broken",
            "The audit trail was tampered with",
            _C,
            (0, 60),
            "Keep the database as it is, and let `rightcast audit verify` say what was changed where.",
        ),
        _kind(
            "anchoring-failing",
            "Roots of the audit trail are not witnessed",
            _W,
            (0, 10),
            "The station goes on and asks again each minute: look at the time-stamping service and at the mirror.",
        ),
        _kind(
            "notice-overdue",
            "A notice of infringement is overdue",
            _W,
            (0, 10),
            "Open the notice and do what is owed: it says what, and since when.",
        ),
    )
}


def _watched(name: str, title: str, remedy: str, group: str = "") -> tuple[str, AlarmKind]:
    """The watch has a patience of its own and says the severity; a cause gets a moment to be found first."""
    return name, _kind(name, title, _W, (3, 10), remedy, group)


_LINK = "Packets are lost or broken before the headend: look at the network and at the sender."
_MUX = "The multiplexer or encoder that sends it is at fault."
WATCHED: dict[str, AlarmKind] = dict(
    (
        _watched("sync_loss", "Not a transport stream any more", _LINK, DAMAGE),
        _watched("sync_byte", "Packets lack their sync byte", _LINK, DAMAGE),
        _watched("pat", "The table of programmes is missing", _MUX),
        _watched("continuity", "Packets are lost", _LINK, DAMAGE),
        _watched("pmt", "The table of a programme is missing", _MUX),
        _watched("pid", "A stream of the programme is missing", _MUX),
        _watched("transport", "Packets are marked as broken", _LINK, DAMAGE),
        _watched("crc", "Tables are broken", _LINK, DAMAGE),
        _watched("pcr_interval", "The clock comes too seldom for DVB", _MUX),
        _watched("pcr_repetition", "The clock comes too seldom", _MUX),
        _watched("pcr_discontinuity", "The clock jumps", _MUX),
        _watched("pcr_accuracy", "The clock is inaccurate", _MUX),
        _watched("pts", "Presentation times come too seldom", _MUX),
        _watched("cat", "Scrambled without a table of access", _MUX),
        _watched(
            "black", "The picture is black", "Ask the broadcaster; or the decoder before the encoder has lost it."
        ),
        _watched("frozen", "The picture stands still", "Ask the broadcaster; or an encoder before us hangs."),
        _watched("silence", "There is nothing to hear", "Ask the broadcaster; or a sound track is not connected."),
        _watched("no_sound", "No sound comes", "The sound is missing in what arrives."),
        _watched("undecodable", "The picture cannot be decoded", "It is damaged, or scrambled."),
    )
)
"""What the watch of pictures and packets finds, by the words of `rightcast.domain.watch`."""


def kind_of(name: str) -> AlarmKind:
    """How this kind is treated; one that is not known here is a warning after 3 s, cleared after 10 s."""
    known = KINDS.get(name)
    if known is not None:
        return known
    watched = WATCHED.get(name)
    if watched is not None:
        return watched
    title = name.replace("-", " ").replace("_", " ").capitalize()
    return AlarmKind(
        name=name,
        title=title,
        severity=Severity.WARNING,
        raise_after_s=3,
        clear_after_s=10,
        remedy="The channel's page shows what is watched in its pictures.",
    )
