"""What a splice information section is made of, as records. Names are those of SCTE 35 (2023), sections 9 and 10.

Times are ticks of 90 kHz unless their unit is named. Records of known shape keep what follows their known fields
in `rest`, so that newer fields survive being read and written.
"""

from __future__ import annotations

from dataclasses import dataclass

TICKS_PER_S = 90_000
PTS_BITS = 33
CUEI = 0x43554549
"""The identifier of descriptors that SCTE 35 itself defines (section 10.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakDuration:
    """How long a break lasts (section 9.8.2), and whether it ends by itself."""

    duration: int
    auto_return: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertComponent:
    """One component of a splice that does not concern the whole programme; `pts` None: immediate or unknown."""

    tag: int
    pts: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpliceNull:
    """A heartbeat (section 9.7.1)."""

    rest: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpliceInsert:
    """A splice point (section 9.7.3). A cancelled one says nothing but its id.

    `pts` None with `immediate` False: the section gave no time. `components` None: the whole programme.
    `id_by_the_rules`: the sender states that its event ids follow section 9.9.3.
    """

    event_id: int
    cancel: bool = False
    out_of_network: bool = False
    immediate: bool = False
    pts: int | None = None
    components: tuple[InsertComponent, ...] | None = None
    break_duration: BreakDuration | None = None
    unique_program_id: int = 0
    avail_num: int = 0
    avails_expected: int = 0
    id_by_the_rules: bool = False
    rest: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledComponent:
    """One component of a scheduled splice; `utc_splice_time` in GPS seconds, as the standard has it."""

    tag: int
    utc_splice_time: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledEvent:
    """A splice announced long before (section 9.7.2); `utc_splice_time` in seconds since 1980-01-06."""

    event_id: int
    cancel: bool = False
    out_of_network: bool = False
    utc_splice_time: int = 0
    components: tuple[ScheduledComponent, ...] | None = None
    break_duration: BreakDuration | None = None
    unique_program_id: int = 0
    avail_num: int = 0
    avails_expected: int = 0
    id_by_the_rules: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SpliceSchedule:
    """Splices announced long before."""

    events: tuple[ScheduledEvent, ...] = ()
    rest: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSignal:
    """A moment that descriptors speak of (section 9.7.4); `pts` None: now."""

    pts: int | None = None
    rest: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class BandwidthReservation:
    """Nothing but bytes that keep room in a multiplex (section 9.7.5)."""

    rest: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateCommand:
    """Somebody's own command (section 9.7.6)."""

    identifier: int
    data: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownCommand:
    """A command of a type that the standard has not defined yet."""

    command_type: int
    data: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptedBody:
    """Command and descriptors of an encrypted section, from the command's type to before the last checksum."""

    data: bytes


Command = (
    SpliceNull
    | SpliceInsert
    | SpliceSchedule
    | TimeSignal
    | BandwidthReservation
    | PrivateCommand
    | UnknownCommand
    | EncryptedBody
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Avail:
    """An avail's id at its provider (section 10.3.1)."""

    provider_avail_id: int
    rest: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dtmf:
    """Tones for old receivers (section 10.3.2); `preroll` in tenths of a second, `chars` one byte each."""

    preroll: int
    chars: bytes
    rest: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What a segment may be used for (section 10.3.3.1). `device_restrictions`: 0 to 2 a group, 3 none."""

    web_delivery_allowed: bool = True
    no_regional_blackout: bool = True
    archive_allowed: bool = True
    device_restrictions: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentComponent:
    """One component of a segmentation; `pts_offset` in ticks after the command's time."""

    tag: int
    pts_offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Upid:
    """A unique programme identifier: its type of table 22 and its bytes as they stand."""

    upid_type: int = 0
    value: bytes = b""

    @property
    def members(self) -> tuple[Upid, ...]:
        """The identifiers of a multiple one (type 0x0D); as far as they are whole."""
        found: list[Upid] = []
        place, value = 0, self.value if self.upid_type == 0x0D else b""
        while place + 2 <= len(value) and place + 2 + value[place + 1] <= len(value):
            end = place + 2 + value[place + 1]
            found.append(Upid(upid_type=value[place], value=value[place + 2 : end]))
            place = end
        return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segmentation:
    """A segment that begins or ends (section 10.3.3); a cancelled one says nothing but its id.

    `delivery` None: not restricted. `sub_segment`: its number and how many are expected, where the sender gives them.
    """

    event_id: int
    cancel: bool = False
    delivery: Delivery | None = None
    components: tuple[SegmentComponent, ...] | None = None
    duration: int | None = None
    upid: Upid = Upid()
    type_id: int = 0
    segment_num: int = 0
    segments_expected: int = 0
    sub_segment: tuple[int, int] | None = None
    id_by_the_rules: bool = False
    rest: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Time:
    """A wall clock for the command's time (section 10.3.4): TAI, and its offset to UTC in seconds."""

    tai_seconds: int
    tai_ns: int
    utc_offset: int
    rest: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioComponent:
    """One sound of an alternate programme: language as ISO 639-2 bytes, modes as in ATSC A/52."""

    tag: int
    language: bytes
    bit_stream_mode: int
    channels: int
    full_service: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Audio:
    """Sounds of an alternate programme (section 10.3.5)."""

    components: tuple[AudioComponent, ...]
    rest: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherDescriptor:
    """A descriptor of another tag or owner, or one that contradicts itself; kept as it came."""

    tag: int
    identifier: int
    data: bytes = b""


Descriptor = Avail | Dtmf | Segmentation | Time | Audio | OtherDescriptor


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """A whole splice information section (section 9.6).

    `pts_adjustment` is added to every time inside, modulo 2**33. `length_unknown`: an old sender wrote 0xFFF as the
    command's length. `stuffing` are bytes before the checksum.
    """

    command: Command
    descriptors: tuple[Descriptor, ...] = ()
    pts_adjustment: int = 0
    tier: int = 0xFFF
    cw_index: int = 0
    encryption_algorithm: int = 0
    protocol_version: int = 0
    sap_type: int = 3
    length_unknown: bool = False
    encrypted_command_length: int = 0
    stuffing: bytes = b""

    @property
    def is_encrypted(self) -> bool:
        """Whether command and descriptors can only be read by those who have the key."""
        return isinstance(self.command, EncryptedBody)

    def adjusted(self, pts: int) -> int:
        """A time inside the section as the stream's clock has it, modulo 2**33."""
        return (pts + self.pts_adjustment) % (1 << PTS_BITS)

    @property
    def segmentations(self) -> tuple[Segmentation, ...]:
        """The segmentation descriptors."""
        return tuple(one for one in self.descriptors if isinstance(one, Segmentation))
