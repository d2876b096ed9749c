"""A client of trytond, the server of GNU Health: what the desktop client sends, over HTTP, in JSON.

One session for an ordinary account, with its rights and its context. What the server says of an error may name a
patient: none of it is passed on.
"""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import httpx

from honeytokens.errors import PlantingError, SystemUnreachableError
from honeytokens.systems.urls import split_url

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_SECONDS = 60.0
_PAGE = 1000
_RETRY = "Run the command again: what was written is in the journal, and the command goes on from there"

Record = dict[str, Any]
Domain = list[Any]
Answer = Any
"""What a call returns: its shape is that of the method called."""


class RefusedError(PlantingError):
    """The server refused a call; nothing of it was done."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a database of a trytond server is, and the account to use."""

    root: str
    database: str
    account: str
    authority: str | None

    @classmethod
    def of(cls, url: str) -> Self:
        """Return the parts of ``https://account@host[:port]/database``; raise ``SystemUnreachableError``.

        ``?ssl_ca=FILE`` names the authority that signed the server's certificate, where the machine does not know it.
        """
        parts = urlsplit(split_url(url)[0])
        account, _, where = parts.netloc.rpartition("@")
        if not (account and parts.hostname and parts.path.strip("/")):
            raise SystemUnreachableError(
                "A GNU Health is reached through its own server, at https://account@host:port/database",
                "Write the address that the desktop client uses, with the name of an account",
            )
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            raise SystemUnreachableError(
                "The account's password would cross the network in the clear",
                "Give trytond a certificate and write https://, or reach it through a tunnel that ends on this machine",
            )
        authority = parse_qs(parts.query).get("ssl_ca", [None])[-1]
        return cls(f"{parts.scheme}://{where}", parts.path.strip("/"), account, authority)


class Client:
    """One account's session on one database. A context manager: leaving it ends the session."""

    def __init__(self, address: Address, password: str | None) -> None:
        self.address, self._password = address, password
        self._http = httpx.Client(timeout=_SECONDS, trust_env=False, verify=_trust(address))
        self._session: str | None = None
        self.user = 0
        self.context: Record = {}

    def __enter__(self) -> Self:
        try:
            self._log_in()
            self.context = self.call("res.user", "get_preferences", True)
        except BaseException:
            self._http.close()
            raise
        self.context.pop("locale", None)
        return self

    def __exit__(self, *exc: object) -> None:
        try:
            self._post(f"/{self.address.database}/", "common.db.logout", [])
        except (SystemUnreachableError, PlantingError):
            pass  # the server forgets a session that is not used
        finally:
            self._http.close()

    @staticmethod
    def version(address: Address) -> str | None:
        """Return the version of the server, which it tells anybody; ``None`` when it is no trytond."""
        with httpx.Client(timeout=_SECONDS, trust_env=False, verify=_trust(address)) as http:
            try:
                answer = http.post(f"{address.root}/", json={"id": 0, "method": "common.server.version", "params": []})
                return str(answer.json()["result"])
            except (ValueError, KeyError, TypeError):
                return None
            except httpx.HTTPError as error:
                raise _unreachable(error) from None

    # Calls

    def call(self, model: str, method: str, *arguments: object, **context: object) -> Answer:
        """Call a method of a model; ``context`` is added to that of the account.

        Raises :class:`RefusedError`, or ``SystemUnreachableError`` when the answer does not come.
        """
        parameters = [*arguments, {**self.context, **context}]
        return self._asked(f"model.{model}.{method}", parameters)

    @cached_property
    def methods(self) -> frozenset[str]:
        """The names of everything that can be called, as ``model.party.party.search``."""
        return frozenset(self._asked("system.listMethods", []))

    def read(self, model: str, domain: Domain, fields: Sequence[str], limit: int | None = None) -> list[Record]:
        """Return the records of a domain, also those that are not active, newest first where a limit is given."""
        order = [["id", "DESC"]] if limit else [["id", "ASC"]]
        found: list[Record] = self.call(model, "search_read", domain, 0, limit, order, list(fields), active_test=False)
        return found

    def stream(self, model: str, domain: Domain, fields: Sequence[str]) -> Iterator[Record]:
        """Yield every record of a domain in the order of their ids, some at a time."""
        last = 0
        while True:
            page: list[Record] = self.call(
                model,
                "search_read",
                [*domain, ["id", ">", last]],
                0,
                _PAGE,
                [["id", "ASC"]],
                list(fields),
                active_test=False,
            )
            yield from page
            if len(page) < _PAGE:
                return
            last = page[-1]["id"]

    def count(self, model: str, domain: Domain) -> int:
        """Return how many records a domain has, also those that are not active."""
        return int(self.call(model, "search_count", domain, active_test=False))

    def _asked(self, method: str, parameters: Sequence[object]) -> Answer:
        path = f"/{self.address.database}/"
        status, answer = self._post(path, method, parameters)
        if status == httpx.codes.UNAUTHORIZED:  # sessions end when they are not used for some minutes
            self._log_in()
            status, answer = self._post(path, method, parameters)
        if status != httpx.codes.OK or not isinstance(answer, dict):
            raise SystemUnreachableError(f"The GNU Health server answered {status} to {method}", _RETRY)
        if "error" in answer:
            raise _refused(method, answer["error"])
        return answer.get("result")

    def _log_in(self) -> None:
        self._session = None
        account, database = self.address.account, self.address.database
        parameters = [account, {"password": self._password or ""}, None]
        status, answer = self._post(f"/{database}/", "common.db.login", parameters)
        if status == httpx.codes.TOO_MANY_REQUESTS:
            raise SystemUnreachableError(
                "GNU Health refuses the account for a while, after too many wrong passwords", "Wait, and check it"
            )
        if status == httpx.codes.NOT_FOUND:
            raise SystemUnreachableError(
                "GNU Health has no such database", "Check the name of the database in the system's URL"
            )
        if status != httpx.codes.OK or not isinstance(answer, dict) or not answer.get("result"):
            raise SystemUnreachableError(
                "GNU Health refuses the account or its password", "Check the account's name and password"
            )
        self.user, session = answer["result"][:2]
        self._session = base64.b64encode(f"{account}:{self.user}:{session}".encode()).decode()

    def _post(self, path: str, method: str, parameters: Sequence[object]) -> tuple[int, object]:
        """Return the status and the decoded answer of one request."""
        headers = {"Content-Type": "application/json"}
        if self._session:
            headers["Authorization"] = f"Session {self._session}"
        body = json.dumps({"id": 0, "method": method, "params": parameters}, default=_plain)
        try:
            answer = self._http.post(f"{self.address.root}{path}", content=body.encode(), headers=headers)
        except httpx.HTTPError as error:
            raise _unreachable(error) from None
        try:
            return answer.status_code, json.loads(answer.content, object_hook=_restored)
        except ValueError:
            return answer.status_code, None


def _trust(address: Address) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=address.authority)
    except OSError as error:
        raise SystemUnreachableError(
            f"The certificate {address.authority} cannot be read: {error.strerror}", "Check ssl_ca in the system's URL"
        ) from None


def _unreachable(error: httpx.HTTPError) -> SystemUnreachableError:
    if isinstance(error, httpx.ConnectError) and "CERTIFICATE" in str(error).upper():
        return SystemUnreachableError(
            "The certificate of the GNU Health server is not trusted",
            "Add ?ssl_ca=FILE to the system's URL, with the authority that signed it",
        )
    if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout)):
        return SystemUnreachableError(
            "The GNU Health server does not answer", "Check that trytond runs, its host and port, and the firewall"
        )
    return SystemUnreachableError("The GNU Health server closed the connection in the middle of the work", _RETRY)


def _refused(method: str, error: object) -> RefusedError:
    """Return what a refusal means; its kind alone is looked at, for its text may hold values."""
    kind = error[0] if isinstance(error, list) and error else None
    if kind == "ConcurrencyException":
        return RefusedError(
            f"Somebody changed a record meanwhile ({method.removeprefix('model.')})", "Run the command again"
        )
    return RefusedError(
        f"GNU Health refused {method.removeprefix('model.')}",
        "Look at the log of trytond at this minute: a rule or a module of the site forbids it, or a right is missing",
    )


def _plain(thing: object) -> object:
    """Return what JSON lacks as the server spells it."""
    match thing:
        case datetime():
            parts = ("year", "month", "day", "hour", "minute", "second", "microsecond")
            return {"__class__": "datetime", **{part: getattr(thing, part) for part in parts}}
        case date():
            return {"__class__": "date", "year": thing.year, "month": thing.month, "day": thing.day}
        case Decimal():
            return {"__class__": "Decimal", "decimal": str(thing)}
    raise TypeError(f"{type(thing).__name__} is not sent")


def _restored(thing: Mapping[str, Any]) -> object:
    parts = {name: value for name, value in thing.items() if name != "__class__"}
    match thing.get("__class__"):
        case "datetime":
            return datetime(**parts)  # noqa: DTZ001 - the server's own times are naive, in UTC
        case "date":
            return date(**parts)
        case "time":
            return time(**parts)
        case "timedelta":
            return timedelta(**parts)
        case "Decimal":
            return Decimal(parts["decimal"])
        case "bytes":
            return base64.b64decode(parts["base64"])
    return dict(thing)
