"""What viewers see while no source gives a picture.

Pure rules and plain records; every field has a default, so that older bodies still decode.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Slate:
    """The picture and words shown while nothing else can be."""
