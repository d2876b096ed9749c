"""The letter about a stay, as Mediboard keeps it: HTML, and a title."""

from __future__ import annotations

from dataclasses import asdict
from html import escape

from honeytokens.clinical.letters import letter
from honeytokens.model import Decoy


def html(decoy: Decoy, stay: int, seed: int) -> tuple[str, str]:
    """Return the title of the letter about a stay, and its text."""
    written = letter(asdict(decoy.identity), decoy.story, stay, "fr", seed)
    paragraphs = (f"<p>{escape(text, quote=False).replace(chr(10), '<br />')}</p>" for text in written.paragraphs)
    return written.title, "\n".join(paragraphs)
