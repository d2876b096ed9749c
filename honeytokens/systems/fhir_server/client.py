"""HTTP to a FHIR server: one origin, bounded answers, no value of a patient in a URL, no retry that could write twice.

Searches are posted, for addresses end up in access logs. Texts of a server never reach a message: they may hold values.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn
from urllib.parse import parse_qs, urlsplit, urlunsplit

import httpx
import orjson

from honeytokens.errors import HoneytokensError, PlantingError, SystemUnreachableError

Json = dict[str, Any]
LIMIT = 64 * 2**20
"""The longest answer that is read, in bytes."""
PAGE = 200
"""How many resources are asked for at once."""
_TIMEOUT = httpx.Timeout(60, connect=10)
_LONGEST_WAIT = 60.0
_WAITS = 5
_JSON = "application/fhir+json"
_LOCAL = ("localhost", "127.0.0.1", "::1")


def parts(thing: Json, name: str) -> list[Json]:
    """Return what an element holds several of; none where a server has it otherwise."""
    held = thing.get(name)
    return [one for one in held if isinstance(one, dict)] if isinstance(held, list) else []


def part(thing: Json, name: str) -> Json:
    """Return what an element holds; nothing where a server has it otherwise."""
    held = thing.get(name)
    return held if isinstance(held, dict) else {}


class OutdatedError(PlantingError):
    """A resource is no longer of the version that was to be changed."""


def split_address(url: str) -> tuple[str, str | None]:
    """Return a server's address without its password, and the password; raise ``SystemUnreachableError`` for none."""
    try:
        parts = urlsplit(url)
        host, password = parts.hostname, parts.password
        _ = parts.port
    except ValueError:
        host, password, parts = None, None, urlsplit("")
    if not host or parts.fragment:
        raise SystemUnreachableError("The FHIR server's address is no URL", "Write https://host/fhir")
    where = parts.netloc.rpartition("@")[2]
    bare = f"{parts.username}@{where}" if parts.username else where
    return urlunsplit(parts._replace(netloc=bare)), password


class Client:
    """A connection to one FHIR server.

    ``url`` may name an account, for basic authentication, and the file of the authority that signed the server's
    certificate (``?ssl_ca=``). ``secret`` is the account's password, or a bearer token where no account is named.
    Methods raise ``SystemUnreachableError`` and ``PlantingError``.
    """

    def __init__(self, url: str, secret: str | None) -> None:
        bare, own = split_address(url)
        parts = urlsplit(bare)
        account, _, where = parts.netloc.rpartition("@")
        secret = own if secret is None else secret
        if parts.scheme == "http" and secret and parts.hostname not in _LOCAL:
            raise SystemUnreachableError(
                "A password or token would go over an open connection", "Write the server's address with https://"
            )
        headers = {"Accept": _JSON}
        if secret and not account:
            headers["Authorization"] = f"Bearer {secret}"
        self._base = urlunsplit((parts.scheme, where, f"{parts.path.rstrip('/')}/", "", ""))
        self._client = httpx.Client(
            headers=headers,
            auth=httpx.BasicAuth(account, secret) if secret and account else None,
            timeout=_TIMEOUT,
            verify=_trust(parts.query),
            trust_env=False,
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def get(self, path: str) -> Json | None:
        """Return what stands at a path below the base; ``None`` for what is not there or was deleted."""
        return self._ask("GET", self._base + path, gone=True)

    def put(self, resource: Json, version: str | None) -> Json:
        """Write a resource in the place of its ``version``; raise :class:`OutdatedError` when there is a newer one."""
        headers = {"If-Match": f'W/"{version}"'} if version else {}
        path = f"{resource['resourceType']}/{resource['id']}"
        return self._ask("PUT", self._base + path, body=resource, headers=headers) or {}

    def transaction(self, entries: list[Json]) -> list[Json]:
        """Do all of ``entries`` or none; return the answer to each, in their order."""
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
        headers = {"Prefer": "return=representation"}
        answers = parts(self._ask("POST", self._base, body=bundle, headers=headers) or {}, "entry")
        if len(answers) != len(entries):
            raise PlantingError(
                "The FHIR server did not answer to every entry of a transaction",
                "Run apply --undo, and see whether the server does FHIR transactions",
            )
        return answers

    def search(self, kind: str, criteria: Mapping[str, str], *, pages: int | None = None) -> Iterator[Json]:
        """Yield the resources of one type that a search finds, page by page; ``pages`` bounds how many."""
        form = {"_count": str(PAGE), **criteria}
        page = self._ask("POST", f"{self._base}{kind}/_search", form=form)
        seen: set[str] = set()
        while page is not None:
            for entry in parts(page, "entry"):
                found = part(entry, "resource")
                if found.get("resourceType") == kind and isinstance(found.get("id"), str):
                    yield found
            following = self._next(page)
            if following is None or following in seen or len(seen) + 1 == pages:
                return
            seen.add(following)
            page = self._ask("GET", following)

    def count(self, kind: str) -> int | None:
        """Return how many resources of a type there are, where the server tells."""
        page = self._ask("POST", f"{self._base}{kind}/_search", form={"_summary": "count"})
        total = (page or {}).get("total")
        return total if isinstance(total, int) else None

    def _next(self, page: Json) -> str | None:
        """Return the address of the next page; raise ``PlantingError`` when it leads to another server."""
        for link in parts(page, "link"):
            if link.get("relation") == "next":
                following = httpx.URL(self._base).join(str(link.get("url")))
                base = httpx.URL(self._base)
                if (following.scheme, following.host, following.port) != (base.scheme, base.host, base.port):
                    raise PlantingError(
                        "The FHIR server's next page of a search is on another server, which is not asked",
                        "Name the server by the address that it gives itself",
                    )
                return str(following)
        return None

    def _ask(
        self,
        method: str,
        url: str,
        *,
        body: Json | None = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        gone: bool = False,
    ) -> Json | None:
        content = None if body is None else orjson.dumps(body)
        kinds = {} if body is None else {"Content-Type": _JSON}
        for _ in range(_WAITS):
            request = self._client.build_request(
                method, url, content=content, data=form, headers={**kinds, **(headers or {})}
            )
            status, pause, answer = self._send(request)
            # Such an answer says that nothing was done: only then may a write be asked for again.
            if pause is None:
                break
            time.sleep(pause)
        if status in (404, 410) and gone:
            return None
        if status >= 300:
            _refuse(status, method)
        if not answer:
            return {}
        try:
            found = orjson.loads(answer)
        except orjson.JSONDecodeError:
            found = None
        if not isinstance(found, dict):
            raise SystemUnreachableError("The FHIR server's answer is no FHIR", "Check the base address of the server")
        return found

    def _send(self, request: httpx.Request) -> tuple[int, float | None, bytes]:
        """Return the status, for how many seconds the server asks to wait, and what it says."""
        answer = bytearray()
        try:
            response = self._client.send(request, stream=True)
            try:
                for part in response.iter_bytes():
                    answer += part
                    if len(answer) > LIMIT:
                        raise PlantingError(
                            f"The FHIR server's answer is longer than {LIMIT >> 20} MB and was not read",
                            "Let the server give smaller pages",
                        )
            finally:
                response.close()
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise _unconnected(error) from None
        except httpx.HTTPError:
            raise PlantingError(
                "The FHIR server closed the connection, or kept it waiting, in the middle of the work",
                "Run the command again: what was written is in the journal, and the command goes on from there",
            ) from None
        return response.status_code, _pause(response), bytes(answer)


def _trust(query: str) -> ssl.SSLContext:
    """Return what certificates are trusted: those of the machine, or those that one authority's file signed."""
    options = parse_qs(query, keep_blank_values=True)
    if options.keys() - {"ssl_ca"}:
        raise SystemUnreachableError("The FHIR server's address has options that are not known", "Only ?ssl_ca= is")
    try:
        return ssl.create_default_context(cafile=options["ssl_ca"][0] if options else None)
    except (OSError, ssl.SSLError) as error:
        raise SystemUnreachableError(
            "The file of ssl_ca cannot be read, or holds no certificate", "Name the authority's file in PEM form"
        ) from error


def _unconnected(error: httpx.TransportError) -> SystemUnreachableError:
    cause = error.__context__
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return SystemUnreachableError(
                "The FHIR server's certificate is not one that this machine trusts",
                "Give the file of the authority that signed it: https://host/fhir?ssl_ca=/path/ca.pem",
            )
        cause = cause.__context__
    return SystemUnreachableError(
        "The FHIR server does not answer", "Check that it runs, its host and port, and the firewall between"
    )


def _pause(response: httpx.Response) -> float | None:
    """Return how long a server that is too busy asks to wait, if it will be asked again."""
    if response.status_code not in (429, 503):
        return None
    try:
        pause = float(response.headers.get("Retry-After", "1" if response.status_code == 429 else ""))
    except ValueError:
        return None
    return pause if 0 <= pause <= _LONGEST_WAIT else None


_PLANTING = {
    404: ("has no such resource, or does not do what was asked", "Check the base address of the server"),
    409: ("refuses a write because of other resources", "See which resources refer to each other, then run it again"),
    410: ("has deleted a resource meanwhile", "Run verify to see which decoy it is"),
    413: ("refuses a request of this length", "Let the server take longer requests"),
    422: ("refuses a resource by its own rules", "See docs/systems.md for what is written, and the server's own log"),
    429: ("is asked too often", "Run the command again later, with a lower --rate"),
}


def _refuse(status: int, method: str) -> NoReturn:
    """Raise the error of a status, in our own words."""
    error: HoneytokensError
    if 300 <= status < 400:
        error = SystemUnreachableError(
            "The FHIR server sends to another address, which is not followed", "Give the address that it sends to"
        )
    elif status == 401:
        error = SystemUnreachableError(
            "The FHIR server refuses the account, its password or its token", "Check them; tokens expire"
        )
    elif status == 403:
        error = PlantingError(
            f"The FHIR server does not give this account the right to do this ({method})",
            "Grant it what docs/systems.md lists",
        )
    elif status == 412:
        error = OutdatedError("A resource was changed meanwhile", "Run the command again")
    elif status in _PLANTING:
        problem, remedy = _PLANTING[status]
        error = PlantingError(f"The FHIR server {problem} [{status}]", remedy)
    else:
        error = PlantingError(
            f"The FHIR server {'failed' if status >= 500 else 'refused a request'} [{status}]",
            "See the server's own log at this minute, then run the command again",
        )
    raise error
