"""Mails: single messages (.eml, .mht) and folders of them (.mbox), with whatever is attached.

The standard library's parser holds a message whole. Here it is taken apart line by line, whatever its size, and flatly,
so that damage to one part costs no other.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from email.message import Message
from email.utils import collapse_rfc2231_value

from honeytokens.model import Location, Unread
from honeytokens.scanning.readers.decoding import charset, transcoded
from honeytokens.scanning.readers.interface import Container, Source
from honeytokens.scanning.readers.mail_coding import decoder, header_text, plain_lines, uu_lines
from honeytokens.scanning.readers.mail_lines import FROM_LINE, HEADER, MailLines

_KNOWN = frozenset(
    b"from to cc bcc subject date message-id received mime-version return-path delivered-to reply-to sender x-mailer"
    b" content-type in-reply-to references user-agent dkim-signature authentication-results".split()
)
_MOST_HEADERS = 200
_EXTENSIONS = {"text/html": ".html", "text/calendar": ".ics", "text/csv": ".csv", "application/json": ".json"}
_WRAPPING = frozenset(
    {"content-type", "content-transfer-encoding", "content-disposition", "content-id", "mime-version"}
)
"""Headers that say how a part is wrapped, and nothing else unless they name it."""

_SEALED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted"})
_SEALED_REASON = "It is an encrypted mail: decrypt it in the mail program of its owner, save it and scan that"


class MailFile(Container):
    """Yields headers, texts and attachments of each message, decoded, in their order.

    Attached mails are taken apart with the mail that they are in. Nothing that a mail refers to is fetched.
    """

    def recognises(self, source: Source) -> bool:
        """Return whether the stream begins as a mail folder does, or with two headers of mails or more."""
        lines = source.head.removeprefix(codecs.BOM_UTF8).lstrip(b"\r\n").splitlines()[:_MOST_HEADERS]
        block = lines[: lines.index(b"")] if b"" in lines else lines
        if not block or FROM_LINE.match(block[0]):
            return bool(block)
        headers = [match for line in block if (match := HEADER.match(line))]
        folded = sum(line[:1] in {b" ", b"\t"} for line in block)
        known = {match[1].lower() for match in headers} & _KNOWN
        return len(known) > 1 and 5 * (len(headers) + folded) >= 4 * len(block)

    def members(self, source: Source) -> Iterator[Source | Unread]:
        """Yield the parts; encrypted ones as unread."""
        lines = MailLines(source.stream)
        message = part = 0
        while lines.next_part():
            envelope, part = b"", part + 1
            if lines.begins_message:
                envelope, message, part = lines.envelope(), message + 1, 1
                lines.begins_message = False
            names = _Names(source, f"message {message}/" if lines.is_folder else "", part)
            if lines.attachment is not None:
                yield names.member(lines.attachment, uu_lines(lines))
            else:
                yield from _part(lines, names, envelope)


@dataclass(frozen=True)
class _Names:
    """Makes members out of the parts of a mail."""

    source: Source
    prefix: str
    part: int

    def member(self, name: str, chunks: Iterable[bytes]) -> Source:
        """Return a member with these bytes, which are read as they are needed."""
        return self.source.inside(self.prefix + name, _Chunks(chunks))

    def unread(self, name: str, reason: str) -> Unread:
        """Return that a member could not be read."""
        return Unread(Location(self.source.path, self.source.member_name(self.prefix + name)), reason)


def _part(lines: MailLines, names: _Names, envelope: bytes) -> Iterator[Source | Unread]:
    """Yield the headers of a part and of the mails that it begins with, then its content."""
    headers = _Headers([envelope, *lines.headers()])
    while headers.say_something or headers.begin_mail:
        yield names.member("headers" if names.part == 1 else f"part {names.part} headers", headers.text())
        if not headers.begin_mail:
            break
        headers = _Headers(lines.headers())
    if headers.boundary:
        lines.add_boundary(headers.boundary)
    first = next(iter(lines), None)
    if first is None:
        return
    lines.put_back(first)
    name = headers.name or f"part {names.part}{_EXTENSIONS.get(headers.kind, '.txt')}"
    if headers.kind in _SEALED and headers.parameter("smime-type") != "signed-data":
        yield names.unread(name, _SEALED_REASON)
        return
    content = decoder(headers.coding, first)(lines)
    encoding = charset(headers.parameter("charset")) if headers.kind.startswith("text/") else None
    yield names.member(name, transcoded(content, encoding) if encoding else content)


class _Headers:
    """The headers of a message or part."""

    def __init__(self, lines: Sequence[bytes]) -> None:
        self._lines = [line for line in lines if line]
        self._content = Message()
        names = [header[1].decode().lower() if (header := HEADER.match(line)) else "" for line in self._lines]
        for name, line in zip(names, self._lines, strict=True):
            if name in _WRAPPING and name not in self._content:
                self._content[name] = header_text(line.partition(b":")[2])
        self.kind = self._content.get_content_type()
        self.coding = str(self._content.get("content-transfer-encoding", ""))
        self.boundary = self.parameter("boundary") if self.kind.startswith("multipart/") else ""
        self.name = self.parameter("filename", "content-disposition") or self.parameter("name")
        self.say_something = bool(self.name) or not _WRAPPING.issuperset(names)
        self.begin_mail = self.kind == "message/rfc822" and decoder(self.coding, b"") is plain_lines

    def parameter(self, name: str, header: str = "content-type") -> str:
        """Return a parameter of a header, decoded as RFC 2231 says; empty if there is none or it is damaged."""
        try:
            return collapse_rfc2231_value(self._content.get_param(name, "", header)).strip()
        except (ValueError, LookupError, TypeError):
            return ""

    def text(self) -> Iterator[bytes]:
        """Yield each header on a line of its own, decoded, in a form that is not taken for a mail again."""
        for line in self._lines:
            name, _, text = line.partition(b":" if HEADER.match(line) else b" ")
            yield name + b" = " + header_text(text).encode() + b"\n"


class _Chunks:
    """Reads from pieces of any size."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._rest = b""

    def read1(self, size: int, /) -> bytes:
        """Return ``size`` bytes, or what is left."""
        parts, found = [self._rest], len(self._rest)
        while found < size and (chunk := next(self._chunks, None)) is not None:
            parts.append(chunk)
            found += len(chunk)
        data = b"".join(parts)
        self._rest = data[size:]
        return data[:size]
