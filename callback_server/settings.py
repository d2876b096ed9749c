"""Every setting of both processes: flag over environment (``CALLBACK_SERVER_...``) over one TOML file.

No secret is a setting: secrets are read from the files named here, by the process that needs them and only then.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import platformdirs
from pydantic import AnyHttpUrl, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from callback_server.errors import ServiceError

Port = Annotated[int, Field(ge=0, le=65_535)]
Seconds = Annotated[float, Field(gt=0)]

_PREFIX = "CALLBACK_SERVER_"
_APPLICATION = "honeytokens"


class Settings(BaseSettings):
    """What an operator may set. Port 0 asks the system for a free one."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, extra="forbid", frozen=True, hide_input_in_errors=True)

    home: Path = Field(default_factory=lambda: platformdirs.user_data_path(_APPLICATION))
    """The honeytokens home, with the keyring and the registry. The front never opens it."""
    data_dir: Path = Field(default_factory=lambda: platformdirs.user_state_path(_APPLICATION) / "callback")
    """Holds ``front/`` (spool, worker's public key) and ``worker/`` (store, admin token)."""

    beacon_host: str = "127.0.0.1"
    beacon_port: Port = 8080
    admin_host: str = "127.0.0.1"
    admin_port: Port = 8081

    passphrase_file: Path | None = None
    key_file: Path | None = None
    key_command: str | None = None
    """One of the three unlocks the keyring; without any, a systemd credential or a prompt does."""
    admin_token_file: Path | None = None
    """Without it, a random token is made once in ``worker/admin-token``."""

    webhook_url: AnyHttpUrl | None = None
    webhook_secret_file: Path | None = None
    alert_attempts: Annotated[int, Field(ge=1)] = 60
    """After so many refusals, two days by default, an alert is dead: kept, shown, and sent again on demand."""
    alert_first_delay: Seconds = 5.0
    alert_longest_delay: Seconds = 3_600.0
    alert_timeout: Seconds = 10.0

    reread_every: Seconds = 30.0
    """How often the worker asks which decoys are planted."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return flags, environment and file, the first that names a setting wins."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def spool_path(self) -> Path:
        """Return where the front leaves sealed sightings for the worker."""
        return self.data_dir / "front" / "spool.sqlite3"

    @property
    def public_key_path(self) -> Path:
        """Return where the worker leaves its public key for the front."""
        return self.data_dir / "front" / "worker.pub"

    @property
    def store_path(self) -> Path:
        """Return where the worker keeps sightings, hits and alerts."""
        return self.data_dir / "worker" / "store.sqlite3"

    @property
    def own_token_path(self) -> Path:
        """Return where the worker keeps the admin token that it made itself."""
        return self.data_dir / "worker" / "admin-token"


def load_settings(config: Path | None = None, flags: Mapping[str, Any] | None = None) -> Settings:
    """Merge flags, environment and the TOML file ``config`` (default: the platform's own, when it is there).

    Raises :class:`ServiceError` naming the first setting that is wrong, never its value.
    """
    if config is not None and not config.is_file():
        raise ServiceError(f"There is no configuration file at {config}", "Correct --config or CALLBACK_SERVER_CONFIG")
    chosen = config or platformdirs.user_config_path(_APPLICATION) / "callback-server.toml"

    class FromFile(Settings):
        model_config = SettingsConfigDict(toml_file=chosen)

    try:
        return FromFile(**{name: value for name, value in (flags or {}).items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise ServiceError(f"The setting {name} is wrong: {first['msg']}", "See docs/operations.md") from error
    except tomllib.TOMLDecodeError as error:
        raise ServiceError(f"{chosen} is not TOML: {error}", "Correct that line") from error
    except OSError as error:
        raise ServiceError(f"{chosen} cannot be read: {error.strerror}", "Give this account the file") from error


def read_secret(path: Path, what: str) -> str:
    """Return the first line of a secret's file; raise :class:`ServiceError` when there is none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ServiceError(f"The file of the {what} cannot be read: {error.strerror}", f"Check {path}") from error
    if not lines or not lines[0]:
        raise ServiceError(f"The file of the {what} is empty", f"Write it to {path}")
    return lines[0]
