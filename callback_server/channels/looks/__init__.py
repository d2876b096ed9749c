"""What a beacon looks like, by the ending of its path alone: an image, a document, a page of an ordinary site."""

from __future__ import annotations

from importlib import resources
from typing import NamedTuple


class Look(NamedTuple):
    """A media type and a body."""

    media_type: str
    body: bytes


def _file(name: str) -> bytes:
    return resources.files(__name__).joinpath(name).read_bytes()


_IMAGE = Look("image/gif", _file("pixel.gif"))
_PAGE = Look("text/html; charset=utf-8", _file("page.html"))
_JPEG = Look("image/jpeg", _file("pixel.jpg"))
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

LOOKS: dict[str, Look] = {
    "gif": _IMAGE,
    "png": Look("image/png", _file("pixel.png")),
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "svg": Look("image/svg+xml", _file("pixel.svg")),
    "ico": Look("image/x-icon", _file("icon.ico")),
    "pdf": Look("application/pdf", _file("blank.pdf")),
    "docx": Look(_DOCX, _file("blank.docx")),
    "html": _PAGE,
    "htm": _PAGE,
    "php": _PAGE,
    "css": Look("text/css; charset=utf-8", b"\n"),
    "js": Look("text/javascript; charset=utf-8", b"\n"),
    "txt": Look("text/plain; charset=utf-8", b"User-agent: *\nDisallow: /\n"),
}


def look_of(path: str, accept: str) -> Look:
    """Return the look of a path; one without a known ending is a page to who wants pages first, else an image."""
    ending = path.rpartition("/")[2].rpartition(".")[2].lower()
    found = LOOKS.get(ending)
    if found is not None:
        return found
    return _PAGE if accept.lower().startswith("text/html") else _IMAGE
