"""What the terminal shows while a station starts."""

from __future__ import annotations

import io

import pytest

from rightcast.serve.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    now = 10.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_without_a_terminal_only_finished_lines_appear(clock: Clock) -> None:
    stream = io.StringIO()
    progress = Progress(stream, clock=clock)
    progress.awaiting("database", "edge")
    clock.now = 11.5
    progress.done("database")
    assert stream.getvalue().split() == ["✓", "database", "1.5", "s"]
    assert "\x1b" not in stream.getvalue()


def test_on_a_terminal_the_awaited_steps_stand_in_the_last_line(clock: Clock) -> None:
    stream = Terminal()
    progress = Progress(stream, clock=clock)
    progress.awaiting("database", "edge")
    progress.done("database")
    assert stream.getvalue().endswith("\r\x1b[K  … edge")
    progress.clear()
    assert stream.getvalue().endswith("\r\x1b[K")


def test_a_step_that_failed_says_why(clock: Clock) -> None:
    stream = io.StringIO()
    progress = Progress(stream, clock=clock)
    progress.awaiting("edge")
    progress.failed("edge", "not there after 60 s")
    assert stream.getvalue() == "  ✗ edge: not there after 60 s\n"
