"""Who may look: the holder of the admin token, as a bearer or in a session that a login began."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from pathlib import Path

from callback_server.settings import Settings, read_secret
from honeytokens.files import replacing

COOKIE = "callback_session"
SESSION_SECONDS = 12 * 3600
_MOST_SESSIONS = 100


@dataclass(slots=True)
class Access:
    """Checks tokens and sessions. Sessions live in memory: a restart ends them. ``where`` is the token's file."""

    token: str = field(repr=False)
    where: Path
    _sessions: dict[str, float] = field(default_factory=dict, repr=False)

    @classmethod
    def load(cls, settings: Settings) -> Access:
        """Read the configured token, or the one that was made at the first start; make it then.

        Raises ``ServiceError`` or ``OutputError`` when the file cannot be read or made.
        """
        where = settings.admin_token_file or settings.own_token_path
        if settings.admin_token_file is None and not where.exists():
            with replacing(where, force=False) as stream:
                stream.write(secrets.token_urlsafe(32).encode() + b"\n")
        return cls(read_secret(where, "admin token"), where)

    def is_token(self, given: str) -> bool:
        """Return whether this is the admin token, in constant time."""
        return secrets.compare_digest(given.encode(), self.token.encode())

    def begin_session(self) -> str:
        """Return a new session's secret; the oldest session ends when there are too many."""
        while len(self._sessions) >= _MOST_SESSIONS:
            del self._sessions[next(iter(self._sessions))]
        session = secrets.token_urlsafe(32)
        self._sessions[session] = time.monotonic() + SESSION_SECONDS
        return session

    def is_session(self, given: str | None) -> bool:
        """Return whether this session was begun and has not ended. Its 256 random bits make it safe as a lookup key."""
        return given is not None and self._sessions.get(given, 0.0) > time.monotonic()

    def end_session(self, given: str | None) -> None:
        """End a session."""
        if given is not None:
            self._sessions.pop(given, None)
