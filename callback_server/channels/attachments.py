"""The attachments of a message, hashed as its lines go by: no more of it is held than one line.

MIME (RFC 2045, RFC 2046) as senders write it: what is not well formed gives fewer attachments, never an error.
"""

from __future__ import annotations

import binascii
import hashlib
from dataclasses import dataclass
from email.errors import MessageError
from email.message import Message
from email.parser import BytesHeaderParser

_MOST = 100
_LARGEST_HEAD = 64 * 1024
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Attachment:
    """One attachment, decoded: its name and type as the sender wrote them, its size in bytes, its SHA-256 in hex."""

    name: str
    kind: str
    size: int
    sha256: str

    def __str__(self) -> str:
        return f"{self.sha256} {self.size} {self.kind} {self.name}"


class _Part:
    """An attachment that is being read. The line end before a boundary is the boundary's, and not hashed."""

    def __init__(self, head: Message) -> None:
        self._name, self._kind = _plain(head.get_filename() or ""), head.get_content_type()[:100]
        self._encoding = str(head.get("content-transfer-encoding", "")).strip().lower()
        self._hash, self._size = hashlib.sha256(), 0
        self._letters = self._end = b""

    def add(self, line: bytes) -> None:
        bare = line.rstrip(b"\r\n")
        end = line[len(bare) :]
        if self._encoding == "base64":
            letters = self._letters + bare.translate(None, b" \t")
            whole = len(letters) - len(letters) % 4
            self._letters = letters[whole:]
            content, end = _of_base64(letters[:whole]), b""
        elif self._encoding == "quoted-printable":
            soft = bare.endswith(b"=")
            content, end = binascii.a2b_qp(bare[:-1] if soft else bare), b"" if soft else end
        else:
            content = bare
        content, self._end = self._end + content, end
        self._hash.update(content)
        self._size += len(content)

    def done(self) -> Attachment:
        return Attachment(self._name, self._kind, self._size, self._hash.hexdigest())


class AttachmentHashes:
    """Takes a message line by line, line ends included; :meth:`done` returns its attachments."""

    def __init__(self) -> None:
        self._head: list[bytes] | None = []
        self._head_size = 0
        self._boundaries: list[bytes] = []
        self._part: _Part | None = None
        self._found: list[Attachment] = []

    def add(self, line: bytes) -> None:
        """Take the next line."""
        if line.startswith(b"--") and self._bounds(line.rstrip()):
            return
        if self._head is not None:
            self._add_to_head(self._head, line)
        elif self._part is not None:
            self._part.add(line)

    def done(self) -> list[Attachment]:
        """Return what was attached, the first hundred."""
        self._end_part()
        return self._found[:_MOST]

    def _bounds(self, line: bytes) -> bool:
        """Return whether a line is a boundary; the parts that it ends are ended, and after most a head begins."""
        for depth in range(len(self._boundaries) - 1, -1, -1):
            boundary = self._boundaries[depth]
            last = line == boundary + b"--"
            if line == boundary or last:
                self._end_part()
                del self._boundaries[depth + (not last) :]
                self._head, self._head_size = None if last else [], 0
                return True
        return False

    def _end_part(self) -> None:
        if self._part is not None and len(self._found) < _MOST:
            self._found.append(self._part.done())
        self._part = None

    def _add_to_head(self, head: list[bytes], line: bytes) -> None:
        if line.strip(b"\r\n"):
            self._head_size += len(line)
            if self._head_size <= _LARGEST_HEAD:
                head.append(line)
            return
        self._head = None
        try:
            read = BytesHeaderParser().parsebytes(b"".join(head))
            boundary = read.get_boundary() if read.get_content_maintype() == "multipart" else None
            if boundary is not None and len(self._boundaries) < _DEEPEST:
                self._boundaries.append(b"--" + boundary.encode(errors="surrogateescape"))
            elif read.get_filename() or read.get_content_disposition() == "attachment":
                self._part = _Part(read)
        except (MessageError, ValueError, LookupError, TypeError, AttributeError):
            return  # a head that the library cannot read: its part is in the message's own hash


def _of_base64(letters: bytes) -> bytes:
    try:
        return binascii.a2b_base64(letters)
    except binascii.Error:
        return b""


def _plain(name: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in name)[:200]
