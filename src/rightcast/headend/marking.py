"""Marks in the pictures of two variants: a filter of ffmpeg for each, our own simple one, or that of a file.

A marker needs to say two things only: how variant A and B are made, and what a captured file shows of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from rightcast.domain.errors import PartMissingError
from rightcast.domain.marking import Variant
from rightcast.formats.marks import CARRIER_HZ, PATTERN, STRENGTH

if TYPE_CHECKING:
    from pathlib import Path

    from rightcast.headend.transcode_plan import PlannedRung


class Marking(Protocol):
    """How pictures are marked. A filter reads `[NAMEin]` and writes `[NAMEout]`; it may use labels that begin so."""

    def filters(self, variant: Variant, name: str) -> str:
        """The chain of filters of a variant, parted by semicolons."""


class OwnMarking:
    """A slow, faint wave of light over large parts of the picture; B has it the other way round than A.

    It is found again without the original, after encoding anew, at other sizes and with the edges cut off. It does
    not stand against somebody who looks for it: two variants side by side show it.
    """

    def filters(self, variant: Variant, name: str) -> str:
        """The wave is computed on a few hundred squares and brought to the picture's size: that costs little."""
        sign = "+" if variant is Variant.A else "-"
        # T is the time of the broadcast's own clock, so that both variants, and all edges, have the same phase.
        wave = f"128{sign}{STRENGTH:g}*{PATTERN}*sin(2*PI*{CARRIER_HZ:g}*T)"
        return (
            f"[{name}in]split[{name}m][{name}p];"
            f"[{name}p]scale=32:18:flags=fast_bilinear,format=yuv420p,geq=lum='{wave}':cb=128:cr=128[{name}q];"
            f"[{name}q][{name}m]scale2ref=flags=bicubic[{name}w][{name}n];"
            # Grain merge adds what is above middle grey and takes away what is below; colours stay.
            f"[{name}n][{name}w]blend=c0_mode=grainmerge:c1_mode=normal:c2_mode=normal[{name}out]"
        )


@dataclass(frozen=True, slots=True)
class FileMarking:
    """Another's marker: the chains of filters of both variants as a file gives them.

    In them `{in}` and `{out}` stand for the labels, `{name}` for what further labels must begin with.
    """

    a: str
    b: str

    def filters(self, variant: Variant, name: str) -> str:
        """As the file says."""
        chain = self.a if variant is Variant.A else self.b
        return chain.replace("{in}", f"[{name}in]").replace("{out}", f"[{name}out]").replace("{name}", name)


OWN = OwnMarking()


def marking_in(path: Path) -> Marking:
    """The marker of a station: its own, or the one in a file of two lines, `a: FILTERS` and `b: FILTERS`.

    Raises PartMissingError for a file that cannot be used.
    """
    try:
        lines = [line.partition(":") for line in path.read_text("utf-8").splitlines() if line.strip()]
    except FileNotFoundError:
        return OWN
    except (OSError, UnicodeDecodeError) as error:
        raise PartMissingError(f"The marker {path} cannot be read: {error}.", remedy="Mend or remove it.") from error
    chains = {key.strip(): chain.strip() for key, _, chain in lines if not key.startswith("#")}
    if set(chains) != {"a", "b"} or not all("{in}" in one and "{out}" in one for one in chains.values()):
        raise PartMissingError(
            f"The marker {path} does not say how both variants are made.",
            remedy="Write two lines, a: and b:, each with a chain of filters from {in} to {out}; or remove the file.",
        )
    return FileMarking(**chains)


def marked(one: PlannedRung, before: str, after: str, marker: Marking) -> list[str]:
    """The chains of a rung: as they are, or with its variant's mark between `before` and `after`."""
    if one.variant is None:
        return [f"{before},{after}"]
    name = f"k{one.rendition}"
    return [f"{before},format=yuv420p[{name}in]", marker.filters(one.variant, name), f"[{name}out]{after}"]
