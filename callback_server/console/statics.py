"""Style, script and drawings of the pages: files of the package, which a browser may keep until they change."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse, Response

_FOLDER = Path(__file__).with_name("static")
_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@cache
def address(name: str) -> str:
    """Return the address of a file, which changes with its content."""
    return f"/static/{name}?v={hashlib.sha256((_FOLDER / name).read_bytes()).hexdigest()[:12]}"


def routes() -> APIRouter:
    """Return the route of the files."""
    routes = APIRouter()
    known = {path.name: path for path in _FOLDER.iterdir() if path.suffix in _KINDS}

    @routes.get("/static/{name}")
    def static(name: str) -> Response:
        if name not in known:
            raise HTTPException(404, "There is no such file")
        path = known[name]
        kept = {"Cache-Control": "public, max-age=31536000, immutable"}
        return FileResponse(path, media_type=_KINDS[path.suffix], headers=kept)

    return routes
