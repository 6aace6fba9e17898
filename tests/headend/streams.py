"""A long hand-made stream, made once, for tests on an invented clock."""

from __future__ import annotations

import functools

from tests.headend.signals import Pictures


@functools.cache
def long_stream() -> bytes:
    """Two minutes with a key picture each second and sound."""
    return Pictures(gop=25).take(3000)
