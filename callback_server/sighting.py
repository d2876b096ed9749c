"""What a channel heard, and its one stored form. No key, no file, no network here."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from callback_server.errors import UnreadableSightingError

_TEXTS = ("id", "channel", "peer", "method", "host", "path", "query")
_VERSION = 1
"""Of the stored form; a number is never reused, and old ones stay readable."""


def new_id() -> str:
    """Return an id of 128 bits, in hex, by which a sighting is stored once however often it is handed over.

    As in a UUID of version 7 (RFC 9562) the milliseconds of the time come first, and 80 random bits after them: new ids
    lie beside each other in an index, however large it is.
    """
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}"


def delivered_id(sender: str, delivery: str) -> str:
    """Return the id of a sighting that a sender gave an id of its own, so that it is stored once."""
    return hashlib.sha256(f"{sender}\n{delivery}".encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Sighting:
    """One request that reached a channel.

    ``path`` and ``query`` are as they stood on the wire, percent signs included; ``headers`` those that the channel
    chose, names in lower case; ``body`` the first bytes of the body and ``body_complete`` whether that was all of it.
    """

    id: str
    at: datetime
    channel: str
    peer: str
    peer_port: int
    method: str
    host: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""
    body_complete: bool = True

    def header(self, name: str) -> str | None:
        """Return the first value of a header, by its lower-case name."""
        return next((value for key, value in self.headers if key == name), None)

    def encode(self) -> bytes:
        """Return the stored form, which :meth:`decode` reads: one line, whatever it holds."""
        document = {
            "version": _VERSION,
            "id": self.id,
            "at": self.at.isoformat(),
            "channel": self.channel,
            "peer": self.peer,
            "peer_port": self.peer_port,
            "method": self.method,
            "host": self.host,
            "path": self.path,
            "query": self.query,
            "headers": self.headers,
            "body": base64.b64encode(self.body).decode(),
            "body_complete": self.body_complete,
        }
        return json.dumps(document, separators=(",", ":")).encode()

    @classmethod
    def decode(cls, encoded: bytes) -> Sighting:
        """Return the sighting of a stored form; raise :class:`UnreadableSightingError` when it is not one.

        Everything is checked: whoever took the front over could seal what he likes.
        """
        try:
            document = json.loads(encoded)
            if document["version"] != _VERSION:
                raise UnreadableSightingError("A sighting was stored by a newer version", "Upgrade honeytokens")
            return cls(
                **{name: _text(document[name]) for name in _TEXTS},
                at=datetime.fromisoformat(document["at"]).astimezone(UTC),
                peer_port=int(document["peer_port"]),
                headers=tuple((_text(name), _text(value)) for name, value in document["headers"]),
                body=base64.b64decode(document["body"], validate=True),
                body_complete=bool(document["body_complete"]),
            )
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
            raise UnreadableSightingError("A stored sighting is damaged", "Check the disk that holds it") from error


def encode_group(sightings: Sequence[Sighting]) -> bytes:
    """Return the form in which sightings go from the front to the worker: one stored form on each line."""
    return b"\n".join(sighting.encode() for sighting in sightings)


def split_group(encoded: bytes) -> list[bytes]:
    """Return the stored form of each sighting of a group."""
    return encoded.split(b"\n")


def _text(value: object) -> str:
    """Return a string that can be written as UTF-8; raise ``TypeError`` or ``ValueError`` for anything else."""
    if not isinstance(value, str):
        raise TypeError(type(value))
    value.encode()
    return value
