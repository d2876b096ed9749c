"""What an operator can tell of a Mediboard site; everything else is read from its tables."""

from __future__ import annotations

from pydantic import Field

from honeytokens.systems.settings import Settings


class MediboardSettings(Settings):
    """``accounts`` are user ids, separated by commas, in whose names records are opened: the practitioners otherwise.

    The tags are those of the site's patient and stay numbers: the most used ones otherwise.
    """

    ipp_tag: str | None = None
    nda_tag: str | None = None
    accounts: str | None = Field(default=None, pattern=r"^\d+(\s*,\s*\d+)*$")

    @property
    def users(self) -> list[int]:
        """The accounts as numbers."""
        return [int(user) for user in (self.accounts or "").split(",") if user.strip()]
