"""A delivery network of somebody else that viewers fetch from: which addresses it serves, which key it knows us by."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rightcast.domain.errors import InvalidInputError

CHANNEL_MARK = "{channel}"
SHORTEST_S, LONGEST_S = 30, 12 * 3600
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,31}")
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
_PATH = re.compile(r"/[A-Za-z0-9._~/{}-]{0,200}")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryNetwork:
    """One network. `host` serves a channel below `path`, which names it by `{channel}` and ends with a slash.

    `generation` counts its keys: the newest signs, the one before it is still accepted by the network.
    `life_s`: how long a token is good.
    """

    id: int
    name: str
    host: str
    path: str = "/{channel}/"
    generation: int = 1
    life_s: int = 300

    def check(self) -> None:
        """Raises InvalidInputError, naming the field."""
        if not _NAME.fullmatch(self.name):
            raise InvalidInputError(
                f"'{self.name}' is no name for a delivery network.",
                remedy="Write 2 to 32 small letters, digits and hyphens.",
                field="name",
            )
        if not _HOST.fullmatch(self.host):
            raise InvalidInputError(
                f"'{self.host}' is no host.",
                remedy="Write the name that viewers' addresses have, such as cdn.example.org, without port or path.",
                field="host",
            )
        if not _PATH.fullmatch(self.path) or not self.path.endswith("/") or ".." in self.path.split("/"):
            raise InvalidInputError(
                f"'{self.path}' is no path that tokens can be bound to.",
                remedy="Begin and end it with a slash, as in /live/{channel}/; without the last one /4 would open /42.",
                field="path",
            )
        if f"/{CHANNEL_MARK}/" not in self.path or self.path.replace(CHANNEL_MARK, "", 1).count("{"):
            raise InvalidInputError(
                f"'{self.path}' does not tell one channel from another.",
                remedy="Put {channel} between two slashes, once: a token opens one channel.",
                field="path",
            )
        check_life(self.life_s)

    def path_of(self, channel_id: int) -> str:
        """Where the network serves a channel."""
        return self.path.replace(CHANNEL_MARK, str(channel_id))

    @property
    def key_name(self) -> str:
        """The name of the key that signs now."""
        return key_name(self.name, self.generation)


def key_name(name: str, generation: int) -> str:
    """How a token and a network's settings name a key."""
    return f"{name}-{generation}"


def check_life(life_s: int) -> None:
    """Raises InvalidInputError when a token would be good for too short or too long."""
    if not SHORTEST_S <= life_s <= LONGEST_S:
        raise InvalidInputError(
            f"A token cannot be good for {life_s} s.",
            remedy=f"Choose {SHORTEST_S} s to {LONGEST_S // 3600} h; nobody can take it back from another's network.",
            field="life_s",
        )
