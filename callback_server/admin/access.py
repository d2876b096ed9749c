"""Who is asking: the holder of the admin token, an API key, or somebody who signed in; and what he may do."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path

import argon2

from callback_server.settings import Settings, read_secret
from callback_server.store import Account, Accounts, Kind, Role
from honeytokens.files import replacing

COOKIE = "callback_session"
SESSION_SECONDS = 12 * 3600
_IDLE_SECONDS = 3600
_MOST_SESSIONS = 1_000
_TRIES, _TRIES_SECONDS = 10, 300.0
_REQUESTS_PER_SECOND, _BURST = 50.0, 200.0
_MOST_BUCKETS = 10_000

_PASSWORDS = argon2.PasswordHasher()
_NOBODY = _PASSWORDS.hash("nobody")
"""Checked where there is no such account, so that its absence takes as long."""
_FEWEST_CHARACTERS = 12
BOOTSTRAP = Account("admin-token", Kind.KEY, Role.ADMIN)


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password; raise ``ValueError`` when it is too short."""
    if len(password) < _FEWEST_CHARACTERS:
        raise ValueError(f"a password has at least {_FEWEST_CHARACTERS} characters")
    return _PASSWORDS.hash(password)


def new_key() -> str:
    """Return a new API key, of 256 random bits."""
    return f"htk_{secrets.token_urlsafe(32)}"


@dataclass(slots=True)
class Session:
    """Somebody who signed in. ``csrf`` must come with whatever he changes.

    What he may do ``by_provider``, because of his groups there, is no account of ours and holds as long as the session.
    """

    account: Account
    csrf: str
    until: float
    used: float
    by_provider: bool = False


@dataclass(slots=True)
class Buckets:
    """So many requests a second for each asker, with a burst; the one that was silent longest is forgotten first."""

    rate: float
    burst: float
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def take(self, who: str) -> bool:
        """Return whether one more is allowed now."""
        now = time.monotonic()
        left, since = self._left.pop(who, (self.burst, now))
        left = min(self.burst, left + (now - since) * self.rate)
        self._left[who] = (left - 1 if left >= 1 else left, now)
        while len(self._left) > _MOST_BUCKETS:
            self._left.popitem(last=False)
        return left >= 1


@dataclass(slots=True)
class Access:
    """Checks tokens, keys, passwords and sessions. Sessions live in memory: a restart ends them.

    ``where`` is the admin token's file.
    """

    token: str = field(repr=False)
    where: Path
    accounts: Accounts
    requests: Buckets = field(default_factory=lambda: Buckets(_REQUESTS_PER_SECOND, _BURST))
    tries: Buckets = field(default_factory=lambda: Buckets(_TRIES / _TRIES_SECONDS, _TRIES))
    _sessions: dict[str, Session] = field(default_factory=dict, repr=False)

    @classmethod
    def load(cls, settings: Settings, accounts: Accounts) -> Access:
        """Read the configured token, or the one that was made at the first start; make it then.

        Raises ``ServiceError`` or ``OutputError`` when the file cannot be read or made.
        """
        where = settings.admin_token_file or settings.own_token_path
        if settings.admin_token_file is None and not where.exists():
            with replacing(where, force=False) as stream:
                stream.write(secrets.token_urlsafe(32).encode() + b"\n")
        return cls(read_secret(where, "admin token"), where, accounts)

    def bearer(self, given: str) -> Account | None:
        """Return whose token or API key this is; the admin token is compared in constant time."""
        if secrets.compare_digest(given.encode(), self.token.encode()):
            return BOOTSTRAP
        return self.accounts.find(Kind.KEY, given)

    def sign_in(self, name: str, password: str) -> Account | None:
        """Return the local account of a name and password; without a name, the password is the admin token."""
        if not name:
            return BOOTSTRAP if secrets.compare_digest(password.encode(), self.token.encode()) else None
        account = self.accounts.find(Kind.LOCAL, name)
        try:
            _PASSWORDS.verify(account.secret if account is not None else _NOBODY, password)
        except argon2.exceptions.VerificationError:
            return None
        return account

    def begin_session(self, account: Account, *, replacing: str | None = None) -> str:
        """Return a new session's secret; the one that it is replacing ends, and the oldest when there are too many."""
        self.end_session(replacing)
        while len(self._sessions) >= _MOST_SESSIONS:
            del self._sessions[next(iter(self._sessions))]
        secret, now = secrets.token_urlsafe(32), time.monotonic()
        by_provider = account.kind is Kind.OIDC and self.accounts.find(Kind.OIDC, account.name) is None
        self._sessions[secret] = Session(account, secrets.token_urlsafe(32), now + SESSION_SECONDS, now, by_provider)
        return secret

    def session(self, given: str | None) -> Session | None:
        """Return a session that was begun, is not over, and was used within the hour.

        Its 256 random bits make its secret safe as a lookup key. An account that was removed or changed since is over.
        """
        found = self._sessions.get(given or "")
        if found is None or given is None:
            return None
        now = time.monotonic()
        if now > found.until or now - found.used > _IDLE_SECONDS or not self._stands(found):
            self._sessions.pop(given, None)
            return None
        found.used = now
        return found

    def end_session(self, given: str | None) -> None:
        """End a session."""
        if given is not None:
            self._sessions.pop(given, None)

    def _stands(self, session: Session) -> bool:
        if session.account == BOOTSTRAP:
            return True
        kept = self.accounts.find(session.account.kind, session.account.name)
        return kept == session.account or (kept is None and session.by_provider)
