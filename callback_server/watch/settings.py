"""The watch's one TOML file. It names tables and logs, and holds no decoy and no secret."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AnyHttpUrl, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from callback_server.errors import ServiceError
from honeytokens.audit_logs import FILE_LOGS, TABLE_LOGS, Watched


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class SourceSettings(_Model):
    """One log: its kind, and exactly one place where it is kept."""

    log: str
    file: Path | None = None
    syslog: Annotated[str, Field(pattern=r"^(udp|tcp)://[^:/\s]+:\d{1,5}$")] | None = None
    """Where to listen, such as ``udp://127.0.0.1:5514``."""
    database: str | None = None
    """The database's URL, without a password."""
    password_file: Path | None = None
    zone: str | None = None
    """The zone of times that the log writes without one; the file's own ``zone`` if left out."""

    @model_validator(mode="after")
    def _one_place(self) -> SourceSettings:
        places = [place for place in (self.file, self.syslog, self.database) if place is not None]
        if len(places) != 1:
            raise ValueError("a source has one of file, syslog and database")
        known = TABLE_LOGS if self.database else FILE_LOGS
        if self.log not in known:
            raise ValueError(f"log is one of {', '.join(known)} there")
        if self.zone is not None:
            _zone(self.zone)
        return self


class WatchSettings(_Model):
    """Which logs are read, which tables are seeded, and where what was read goes."""

    data_dir: Path
    """Where positions and sealed reads wait."""
    worker_key: Path
    """The worker's public key: ``front/worker.pub`` of the callback service."""
    hook_url: AnyHttpUrl
    """The callback service's hook for this watch, such as ``https://hear.example/hook/his``."""
    hook_secret_file: Path
    zone: str = "UTC"
    start: Literal["now", "beginning"] = "now"
    """Whether the very first start reads what the logs hold already."""
    poll_seconds: Annotated[float, Field(gt=0, le=3_600)] = 1.0
    tables: dict[str, dict[str, str]]
    """For each seeded table, the columns that name rows, and of which table."""
    source: Annotated[tuple[SourceSettings, ...], Field(min_length=1)]

    @field_validator("zone")
    @classmethod
    def _known(cls, zone: str) -> str:
        _zone(zone)
        return zone

    @property
    def watched(self) -> Watched:
        """Return the seeded tables."""
        lowered = {
            table.lower(): {column.lower(): owner.lower() for column, owner in columns.items()}
            for table, columns in self.tables.items()
        }
        return Watched(lowered)


def load_watch_settings(path: Path) -> WatchSettings:
    """Read the file; raise :class:`ServiceError` naming the first setting that is wrong, never its value."""
    try:
        with path.open("rb") as stream:
            return WatchSettings.model_validate(tomllib.load(stream))
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise ServiceError(
            f"The setting {name} of {path} is wrong: {first['msg']}", "See docs/audit_logs.md"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ServiceError(f"{path} is not TOML: {error}", "Correct that line") from error
    except OSError as error:
        raise ServiceError(
            f"{path} cannot be read: {error.strerror}", "Name the watch's settings with --config"
        ) from error


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"there is no time zone of that name: {error}") from error
