"""The commands of a splice information section, in both directions (SCTE 35 section 9.7)."""

from __future__ import annotations

from rightcast.domain.errors import BadCueError
from rightcast.formats.mpegts.scte35.bits import Reader, Writer
from rightcast.formats.mpegts.scte35.records import (
    PTS_BITS,
    BandwidthReservation,
    BreakDuration,
    Command,
    EncryptedBody,
    InsertComponent,
    PrivateCommand,
    ScheduledComponent,
    ScheduledEvent,
    SpliceInsert,
    SpliceNull,
    SpliceSchedule,
    TimeSignal,
    UnknownCommand,
)

_NULL, _SCHEDULE, _INSERT, _TIME_SIGNAL, _RESERVATION, _PRIVATE = 0x00, 0x04, 0x05, 0x06, 0x07, 0xFF


def decode_command(command_type: int, reader: Reader) -> Command:  # noqa: PLR0911 - one for each command
    """The command, its `rest` not yet taken. Raises BadCueError."""
    match command_type:
        case 0x00:
            return SpliceNull()
        case 0x04:
            return SpliceSchedule(events=tuple(_scheduled(reader) for _ in range(reader.take(8))))
        case 0x05:
            return _insert(reader)
        case 0x06:
            return TimeSignal(pts=_splice_time(reader))
        case 0x07:
            return BandwidthReservation()
        case 0xFF:
            return PrivateCommand(identifier=reader.take(32))
        case _:
            return UnknownCommand(command_type=command_type)


def encode_command(command: Command) -> tuple[int, bytes]:  # noqa: PLR0911 - one for each command
    """The command's type and its bytes. Raises BadCueError when a field does not fit."""
    match command:
        case SpliceNull():
            return _NULL, command.rest
        case SpliceSchedule():
            writer = Writer().put(len(command.events), 8, "splice_count")
            for event in command.events:
                _put_scheduled(writer, event)
            return _SCHEDULE, writer.raw(command.rest).done()
        case SpliceInsert():
            return _INSERT, _insert_bytes(command)
        case TimeSignal():
            return _TIME_SIGNAL, _put_time(Writer(), command.pts).raw(command.rest).done()
        case BandwidthReservation():
            return _RESERVATION, command.rest
        case PrivateCommand():
            return _PRIVATE, Writer().put(command.identifier, 32, "identifier").raw(command.data).done()
        case UnknownCommand():
            if command.command_type in {_NULL, _SCHEDULE, _INSERT, _TIME_SIGNAL, _RESERVATION, _PRIVATE}:
                raise BadCueError(f"Command type 0x{command.command_type:02x} is a known one.", field="command_type")
            return command.command_type, command.data
        case EncryptedBody():
            raise BadCueError("An encrypted command cannot be written without its key.")


def _splice_time(reader: Reader) -> int | None:
    """splice_time() of section 9.8.1."""
    if not reader.flag():
        reader.skip(7)
        return None
    reader.skip(6)
    return reader.take(PTS_BITS)


def _put_time(writer: Writer, pts: int | None) -> Writer:
    if pts is None:
        return writer.flag(False).reserved(7)
    return writer.flag(True).reserved(6).put(pts, PTS_BITS, "pts_time")


def _break_duration(reader: Reader) -> BreakDuration:
    auto_return = reader.flag()
    reader.skip(6)
    return BreakDuration(duration=reader.take(PTS_BITS), auto_return=auto_return)


def _put_break_duration(writer: Writer, record: BreakDuration | None) -> None:
    if record is not None:
        writer.flag(record.auto_return).reserved(6).put(record.duration, PTS_BITS, "duration")


def _insert(reader: Reader) -> SpliceInsert:
    event_id, cancel = reader.take(32), reader.flag()
    reader.skip(7)
    if cancel:
        return SpliceInsert(event_id=event_id, cancel=True)
    out, whole, has_duration, immediate = (reader.flag() for _ in range(4))
    by_the_rules = not reader.flag()
    reader.skip(3)
    pts, components = None, None
    if whole and not immediate:
        pts = _splice_time(reader)
    if not whole:
        components = tuple(
            InsertComponent(tag=reader.take(8), pts=None if immediate else _splice_time(reader))
            for _ in range(reader.take(8))
        )
    return SpliceInsert(
        event_id=event_id,
        out_of_network=out,
        immediate=immediate,
        pts=pts,
        components=components,
        break_duration=_break_duration(reader) if has_duration else None,
        unique_program_id=reader.take(16),
        avail_num=reader.take(8),
        avails_expected=reader.take(8),
        id_by_the_rules=by_the_rules,
    )


def _insert_bytes(record: SpliceInsert) -> bytes:
    writer = Writer().put(record.event_id, 32, "splice_event_id").flag(record.cancel).reserved(7)
    if record.cancel:
        return writer.raw(record.rest).done()
    writer.flag(record.out_of_network).flag(record.components is None).flag(record.break_duration is not None)
    writer.flag(record.immediate).flag(not record.id_by_the_rules).reserved(3)
    if record.components is not None:
        writer.put(len(record.components), 8, "component_count")
        for component in record.components:
            writer.put(component.tag, 8, "component_tag")
            if not record.immediate:
                _put_time(writer, component.pts)
    elif not record.immediate:
        _put_time(writer, record.pts)
    _put_break_duration(writer, record.break_duration)
    _put_avail(writer, record)
    return writer.raw(record.rest).done()


def _put_avail(writer: Writer, record: SpliceInsert | ScheduledEvent) -> None:
    writer.put(record.unique_program_id, 16, "unique_program_id")
    writer.put(record.avail_num, 8, "avail_num").put(record.avails_expected, 8, "avails_expected")


def _scheduled(reader: Reader) -> ScheduledEvent:
    event_id, cancel, by_the_rules = reader.take(32), reader.flag(), not reader.flag()
    reader.skip(6)
    if cancel:
        return ScheduledEvent(event_id=event_id, cancel=True, id_by_the_rules=by_the_rules)
    out, whole, has_duration = (reader.flag() for _ in range(3))
    reader.skip(5)
    utc, components = 0, None
    if whole:
        utc = reader.take(32)
    else:
        components = tuple(
            ScheduledComponent(tag=reader.take(8), utc_splice_time=reader.take(32)) for _ in range(reader.take(8))
        )
    return ScheduledEvent(
        event_id=event_id,
        out_of_network=out,
        utc_splice_time=utc,
        components=components,
        break_duration=_break_duration(reader) if has_duration else None,
        unique_program_id=reader.take(16),
        avail_num=reader.take(8),
        avails_expected=reader.take(8),
        id_by_the_rules=by_the_rules,
    )


def _put_scheduled(writer: Writer, event: ScheduledEvent) -> None:
    writer.put(event.event_id, 32, "splice_event_id").flag(event.cancel).flag(not event.id_by_the_rules).reserved(6)
    if event.cancel:
        return
    writer.flag(event.out_of_network).flag(event.components is None).flag(event.break_duration is not None)
    writer.reserved(5)
    if event.components is None:
        writer.put(event.utc_splice_time, 32, "utc_splice_time")
    else:
        writer.put(len(event.components), 8, "component_count")
        for component in event.components:
            writer.put(component.tag, 8, "component_tag").put(component.utc_splice_time, 32, "utc_splice_time")
    _put_break_duration(writer, event.break_duration)
    _put_avail(writer, event)
