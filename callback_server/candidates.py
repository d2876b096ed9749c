"""What in a sighting may belong to a decoy, in normal form: links, mail addresses, telephone numbers, rows.

A link is known by its host and the drawn name in its path, wherever that name stands: ``/name``, ``/img/name.png``,
``/?id=name``, ``name.host`` in the DNS, ``name@host`` in mail. It is 60 random bits, so no other word equals it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from callback_server.sighting import Sighting
from honeytokens.fingerprints.numbers import phones
from honeytokens.model import KnownBy

_T = TypeVar("_T")

VERIFIED = "verified"
"""The header, added by the worker alone, of a webhook whose signature holds."""

_MOST = 32
"""Words of a path or query that are looked at, from each end."""
_MOST_TEXT = 200_000
_MOST_IN_TEXT = 10_000
_ADDRESS = re.compile(r"[^\s\"'<>(),;:\\@]+@[^\s\"'<>(),;:\\@]+")
_LINK = re.compile(r"https?://[^\s\"'<>\\]+", re.IGNORECASE)


class Candidate(NamedTuple):
    """A value in normal form, what a decoy would be known by if it were its, and the reason code of such a hit."""

    kind: KnownBy
    value: str
    reason: str


def candidates(sighting: Sighting) -> Iterator[Candidate]:
    """Yield what may belong to a decoy; nothing for a channel that is not known."""
    find = _BY_CHANNEL.get(sighting.channel)
    return find(sighting) if find is not None else iter(())


def link_of(url: str) -> str:
    """Return the normal form of a decoy's link: its host and its drawn name."""
    parts = urlsplit(url)
    return _link(parts.netloc, unquote(parts.path).rstrip("/").rpartition("/")[2])


def _link(host: str, word: str) -> str:
    name = host.rpartition("@")[2].lower()
    if not name.startswith("["):
        name = name.partition(":")[0].rstrip(".")
    return f"{name}\n{word.partition('.')[0].lower()}"


def _of_web(sighting: Sighting) -> Iterator[Candidate]:
    yield from _of_target(sighting.host, sighting.path, sighting.query)


def _of_target(host: str, path: str, query: str) -> Iterator[Candidate]:
    words = [unquote(word, errors="surrogateescape") for word in _ends(path.split("/"))]
    words += [value for _, value in _ends(parse_qsl(query[:_MOST_TEXT], max_num_fields=None))]
    for word in words:
        if word:
            yield Candidate(KnownBy.WEB_LINK, _link(host, word), "web_link")


def _ends(items: list[_T]) -> list[_T]:
    return items if len(items) <= 2 * _MOST else items[:_MOST] + items[-_MOST:]


def _of_dns(sighting: Sighting) -> Iterator[Candidate]:
    labels = sighting.host.lower().rstrip(".").split(".")
    for at in range(len(labels) - 1):
        yield Candidate(KnownBy.WEB_LINK, _link(".".join(labels[at + 1 :]), labels[at]), "dns_name")


def _of_mail(sighting: Sighting) -> Iterator[Candidate]:
    recipients = [value for name, value in sighting.headers if name == "recipient"]
    reason = "mail" if sighting.method == "DATA" else "mail_probe"
    for address in recipients or [sighting.path]:
        yield from _of_address(address, reason)


def _of_address(address: str, reason: str) -> Iterator[Candidate]:
    local, _, domain = address.strip().rpartition("@")
    local, domain = local.strip('"').lower(), domain.lower().rstrip(".")
    for name in dict.fromkeys((local, local.partition("+")[0])):
        yield Candidate(KnownBy.MAIL, f"{name}@{domain}", reason)
        yield Candidate(KnownBy.WEB_LINK, _link(domain, name), reason)


def _of_hook(sighting: Sighting) -> Iterator[Candidate]:
    """Yield what a signed message holds; what is not signed is kept, and betrays nobody."""
    if sighting.header(VERIFIED) is None:
        return
    text = sighting.body[:_MOST_TEXT].decode(errors="replace")
    for address in _ADDRESS.findall(text)[:_MOST_IN_TEXT]:
        yield from _of_address(address, "told_mail")
    for url in _LINK.findall(text)[:_MOST_IN_TEXT]:
        parts = urlsplit(url)
        for found in _of_target(parts.netloc, parts.path, parts.query):
            yield found._replace(reason="told_link")
    for number in phones(text):
        yield Candidate(KnownBy.PHONE, number, "told_phone")


def _of_reads(sighting: Sighting) -> Iterator[Candidate]:
    """Yield the rows that an audit log says were read; the body, written by the worker, lists their keys."""
    table = sighting.host.rpartition(".")[2].lower()
    for key in json.loads(sighting.body or b"[]"):
        yield Candidate(KnownBy.ROW, f"{table}\n{key}", "row_read")


_BY_CHANNEL: Mapping[str, Callable[[Sighting], Iterator[Candidate]]] = {
    "http": _of_web,
    "dns": _of_dns,
    "smtp": _of_mail,
    "hook": _of_hook,
    "watch": _of_reads,
}
