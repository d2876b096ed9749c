"""What an operator can tell of a Mediboard site; everything else is read from its tables."""

from __future__ import annotations

from honeytokens.systems.settings import Settings


class MediboardSettings(Settings):
    """The tags are those of the site's patient and stay numbers: the most used ones otherwise."""

    ipp_tag: str | None = None
    nda_tag: str | None = None
