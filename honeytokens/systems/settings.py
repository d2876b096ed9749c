"""The settings of a system that is known by name: a few lines of TOML, each with a natural default."""

from __future__ import annotations

import tomllib
from typing import Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from honeytokens.errors import MappingError


class TomlSettings(BaseModel):
    """Settings that are read from TOML."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read settings; raise ``MappingError``, one line that names every fault."""
        try:
            return cls.model_validate(tomllib.loads(text))
        except (tomllib.TOMLDecodeError, ValidationError) as error:
            faults = (
                [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
                if isinstance(error, ValidationError)
                else [str(error)]
            )
            known = ", ".join(cls.model_fields)
            raise MappingError(
                f"The system's settings are wrong: {'; '.join(faults)}", f"The settings that there are: {known}"
            ) from None


class ZonedSettings(TomlSettings):
    """What a system whose clocks are on the site's walls can be told."""

    timezone: str | None = None
    """The zone of the site's wall clocks; the system's own, or that of this machine, when it is not given."""

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str | None) -> str | None:
        if value is not None and value not in available_timezones():
            raise ValueError('not the name of a time zone, such as "Europe/Paris"')
        return value

    @property
    def zone(self) -> ZoneInfo | None:
        """The site's time zone."""
        return ZoneInfo(self.timezone) if self.timezone else None


class Settings(ZonedSettings):
    """What every such system on a database can be told.

    ``accounts`` are user ids, separated by commas, in whose names records are opened: the practitioners' otherwise.
    """

    accounts: str | None = Field(default=None, pattern=r"^\d+(\s*,\s*\d+)*$")

    @property
    def users(self) -> list[int]:
        """The accounts as numbers."""
        return [int(user) for user in (self.accounts or "").split(",") if user.strip()]
