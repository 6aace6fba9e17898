"""Who asks: the line behind a name and secret, a box's address, a short address or a token.

Every answer costs the same time whether the name exists or not; what was last seen of a credential is kept for reports.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rightcast.contract.reports import SeenReport
from rightcast.domain.bounds import Broken
from rightcast.domain.credentials import digest_secret, secret_matches, stored_handle
from rightcast.domain.entitlement import Denied, Reason
from rightcast.domain.lineup import Credential, CredentialKind, Line
from rightcast.state.sessions import TS

if TYPE_CHECKING:
    from rightcast.edge.guessing import Guessing
    from rightcast.edge.replica import Replica

INSTEAD_OF_NAMES = {"p": CredentialKind.SHORT, "t": CredentialKind.TOKEN}
REPORTED = 500
"""So many credentials seen of late are named in one report; there are more reports to come."""
_REMEMBERED = 50_000
_PROOF_LETTERS = 10


@dataclass(frozen=True, slots=True)
class Identified:
    """A line, and by which of its credentials it was found; None: by its own name and secret."""

    line: Line
    credential: Credential | None = None

    @property
    def name(self) -> str:
        """The name that was given, which apps want to hear again."""
        credential = self.credential
        return credential.handle if credential and credential.kind is CredentialKind.XTREAM else self.line.name


@dataclass(frozen=True, slots=True)
class Player:
    """Who asks: an address, what the player calls itself, and the credential it came in by (0: the line's own).

    `proof` tells one secret of the line from the next; "" where none was asked for. `recording_id`: it asks for a
    recording, 0 for the channel itself. `kind`: whether it wants an endless stream or playlists. `without`: rights that
    turned out to have no room for it, and why.
    """

    address: str
    name: str
    credential_id: int = 0
    proof: str = ""
    recording_id: int = 0
    kind: str = TS
    without: tuple[tuple[int, Broken], ...] = ()

    @property
    def device(self) -> str:
        """A short fingerprint, so that double opens of one player count once; two devices of a home stay two."""
        own = f"|{self.credential_id}" if self.credential_id else ""
        return hashlib.blake2b(f"{self.address}|{self.name}{own}".encode(), digest_size=6).hexdigest()


def proof_of(line: Line) -> str:
    """A few letters of the digest of the line's present secret."""
    return line.secret_digest[:_PROOF_LETTERS]


class Identity:
    """Finds lines in the replica. `key` is that of secrets; `address` is always the asking device's."""

    def __init__(self, replica: Replica, key: bytes, guessing: Guessing) -> None:
        self._replica = replica
        self._key = key
        self._guessing = guessing
        self._seen: OrderedDict[int, SeenReport] = OrderedDict()

    def by_name(self, name: str, secret: str, address: str) -> Identified | Denied:
        """By name and secret, the line's own or a further one. An unknown name takes as long as a wrong secret.

        `p` stands in place of a name before a short address, `t` before a token: names have three letters and more.
        """
        if name in INSTEAD_OF_NAMES:
            return self.by_handle(INSTEAD_OF_NAMES[name], secret, address)
        if not self._guessing.allows(name, address):
            digest_secret(self._key, name, secret)
            return Denied(Reason.TOO_MANY_ATTEMPTS)
        return self._judged(name, address, self._named(name, secret))

    def by_handle(self, kind: CredentialKind, shown: str, address: str) -> Identified | Denied:
        """By what a device shows of itself: a MAC address, a short address, a token."""
        handle = stored_handle(self._key, kind, shown)
        if not self._guessing.allows("", address):
            return Denied(Reason.TOO_MANY_ATTEMPTS)
        found = self._replica.line_by(kind, handle)
        return self._judged("", address, Denied(Reason.UNKNOWN_LINE) if found is None else Identified(*found))

    def may_try(self, address: str) -> bool:
        """Whether an attempt at something other than a secret, a code say, is worth looking at."""
        return self._guessing.allows("", address)

    def missed(self, address: str) -> None:
        """Such an attempt was wrong."""
        self._guessing.failed("", address)

    def _judged(self, name: str, address: str, who: Identified | Denied) -> Identified | Denied:
        if isinstance(who, Denied):
            self._guessing.failed(name, address)
        else:
            self._guessing.succeeded(name, address)
        return who

    def _named(self, name: str, secret: str) -> Identified | Denied:
        line = self._replica.line_named(name)
        if line is not None:
            matches = secret_matches(self._key, name, secret, line.secret_digest)
            return Identified(line) if matches else Denied(Reason.WRONG_SECRET)
        found = self._replica.line_by(CredentialKind.XTREAM, name)
        if found is None:
            digest_secret(self._key, name, secret)
            return Denied(Reason.UNKNOWN_LINE)
        line, credential = found
        if not secret_matches(self._key, name, secret, credential.digest):
            return Denied(Reason.WRONG_SECRET)
        return Identified(line, credential)

    def saw(self, who: Identified, *, at: float, player: str, address: str) -> None:
        """A device was here; `at` in unix seconds."""
        if who.credential is None:
            return
        number = who.credential.id
        self._seen[number] = SeenReport(credential_id=number, at=at, player=player[:80], address=address)
        self._seen.move_to_end(number)
        while len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)

    def recently(self) -> list[SeenReport]:
        """The devices seen last, the newest first; the panel keeps what it reads."""
        return [self._seen[number] for number in list(reversed(self._seen))[:REPORTED]]
