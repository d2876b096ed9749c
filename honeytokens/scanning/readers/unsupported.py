"""Files of known kinds that are not read yet, and what the operator can do about each."""

from __future__ import annotations

_IMAGE = "{kind} are not read: save it as PNG and scan that, or type what it shows into a text file"

_TNEF = "{kind} are not read: open the mail in Outlook, or unpack it with the program tnef, and scan what comes out"
_PST = "{kind} are not read: turn it into mails with readpst, or save them from Outlook as EML, and scan those"

_SIGNATURES: tuple[tuple[int, bytes, str, str], ...] = (
    (0, b"GIF8", "GIF images", _IMAGE),
    (0, b"II*\x00", "TIFF images", _IMAGE),
    (0, b"MM\x00*", "TIFF images", _IMAGE),
    (0, b"\x78\x9f\x3e\x22", "attachments of Outlook's own kind (winmail.dat)", _TNEF),
    (0, b"!BDN", "mail folders of Outlook (PST, OST)", _PST),
)


def unsupported(head: bytes) -> str | None:
    """Return why a file that begins so is not read and what to do, or ``None`` when it is of no such kind."""
    for offset, signature, kind, advice in _SIGNATURES:
        if head.startswith(signature, offset):
            return advice.format(kind=kind)
    return None
