"""Every setting of both processes: flag over environment (``CALLBACK_SERVER_...``) over one TOML file.

No secret is a setting: secrets are read from the files named here, by the process that needs them and only then.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import time
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

import platformdirs
from pydantic import (
    AfterValidator,
    AnyHttpUrl,
    BaseModel,
    ConfigDict,
    Field,
    IPvAnyAddress,
    IPvAnyNetwork,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from callback_server.errors import ServiceError

Port = Annotated[int, Field(ge=0, le=65_535)]
Seconds = Annotated[float, Field(gt=0)]


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("no such time zone; write it like Europe/Paris")
    return name


def _private_address(url: str) -> str:
    address = AnyHttpUrl(url)
    if address.scheme != "https" and address.host not in {"127.0.0.1", "[::1]", "localhost"}:
        raise ValueError("it must begin with https")
    return url


_PREFIX = "CALLBACK_SERVER_"
_APPLICATION = "honeytokens"


class OwnUse(BaseModel):
    """Use of decoys by our own people: hits of it are kept as noise. What is not given does not restrict."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    networks: tuple[IPvAnyNetwork, ...] = ()
    accounts: tuple[str, ...] = ()
    from_hour: time | None = None
    to_hour: time | None = None

    @model_validator(mode="after")
    def _restricts(self) -> OwnUse:
        if not self.networks and not self.accounts:
            raise ValueError("give networks or accounts, else every hit would be noise")
        return self

    def covers(self, source: IPv4Address | IPv6Address | None, accounts: Sequence[str], at: time) -> bool:
        """Return whether a hit at a local time, from an address, by accounts where a log names them, is such a use."""
        if self.networks and (source is None or not any(source in network for network in self.networks)):
            return False
        if self.accounts and not set(accounts) & set(self.accounts):
            return False
        start, end = self.from_hour, self.to_hour
        if start is None or end is None:
            return True
        return start <= at < end if start <= end else at >= start or at < end


class OidcGrant(BaseModel):
    """What the members of a group of the identity provider may do, in which establishments; in all without any."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    group: str
    role: Literal["admin", "analyst", "read-only"]
    establishments: tuple[str, ...] | None = None


class Oidc(BaseModel):
    """The operator's identity provider, at which people sign in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: Annotated[str, AfterValidator(_private_address)]
    """As the provider writes it, with or without a last slash."""
    client_id: str
    client_secret_file: Path | None = None
    """Without it we are a public client."""
    admin_url: AnyHttpUrl
    """Where browsers reach the admin page."""
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    groups_claim: str = "groups"
    grants: tuple[OidcGrant, ...] = ()
    """Who is in several groups has the highest role of them, in the establishments that have this role."""

    @property
    def redirect_url(self) -> str:
        """Return where the provider sends browsers back to."""
        return f"{str(self.admin_url).rstrip('/')}/login/oidc/callback"


class Settings(BaseSettings):
    """What an operator may set. Port 0 asks the system for a free one."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, extra="forbid", frozen=True, hide_input_in_errors=True)

    home: Path = Field(default_factory=lambda: platformdirs.user_data_path(_APPLICATION))
    """The honeytokens home, with the keyring and the registry. The front never opens it."""
    data_dir: Path = Field(default_factory=lambda: platformdirs.user_state_path(_APPLICATION) / "callback")
    """Holds ``front/`` (spool, worker's public key) and ``worker/`` (store, admin token)."""

    beacon_host: str = "127.0.0.1"
    beacon_port: Port = 8080
    dns_host: str = "127.0.0.1"
    dns_port: Port | None = None
    """Without a port, a channel is off."""
    dns_zones: tuple[str, ...] = ()
    """Owned domains whose name servers we are; others are refused, and kept as sightings."""
    dns_addresses: tuple[IPvAnyAddress, ...] = ()
    """What every name of a zone resolves to: the addresses of beacons and mail."""
    dns_responses_per_second: Annotated[int, Field(ge=1)] = 20
    """To one network (/24, /56); beyond it every second answer is dropped, the rest say to ask over TCP."""
    smtp_host: str = "127.0.0.1"
    smtp_port: Port | None = None
    smtp_name: str = "mail.invalid"
    """What the mail server calls itself."""
    smtp_domains: tuple[str, ...] = ()
    """Owned domains that mail is taken for, with those below them; without any, mail is taken for all."""
    smtp_certificate: Path | None = None
    smtp_certificate_key: Path | None = None
    """With both, STARTTLS is offered."""
    hook_host: str = "127.0.0.1"
    hook_port: Port | None = None
    hook_secret_files: dict[str, Path] = Field(default_factory=dict)
    """For each sender of webhooks, the file of its signing secret. Only the worker reads them."""
    proxies: tuple[IPvAnyNetwork, ...] = ()
    """Reverse proxies of ours whose word on the true source is taken."""
    proxy_protocol: bool = False
    """Whether those proxies speak the PROXY protocol, before HTTP and SMTP."""
    front_lifetime: Annotated[float, Field(gt=0, le=60)] = 40.0
    """Seconds after its first sighting at which a front makes way for a new one, so that its memory is forgotten."""
    own_use: tuple[OwnUse, ...] = ()
    """Networks, accounts and hours of our own."""
    bulk_rows: Annotated[int, Field(ge=1)] = 1_000
    """An audit log's read of so many unnamed rows of a seeded table raises an alert."""
    time_zone: Annotated[str, AfterValidator(_known_zone)] = "Europe/Paris"
    geo_files: tuple[Path, ...] = ()
    """Databases of addresses in MaxMind's format."""
    tor_file: Path | None = None
    """Addresses of Tor exits."""
    heartbeat_url: AnyHttpUrl | None = None
    """An owned web address that leads to the front, as from outside."""
    heartbeat_seconds: Seconds = 86_400.0
    retention_days: Annotated[int, Field(ge=1)] = 365
    """After so many days a sighting is erased, unless its incident is on hold."""

    freeze_sources: Path | None = None
    """What a freeze that is asked for by the API keeps (docs/operations.md); without it, it is only recorded."""

    admin_host: str = "127.0.0.1"
    admin_port: Port = 8081

    passphrase_file: Path | None = None
    key_file: Path | None = None
    key_command: str | None = None
    """One of the three unlocks the keyring; without any, a systemd credential or a prompt does."""
    oidc: Oidc | None = None
    """Without it, nobody signs in by OIDC."""
    admin_token_file: Path | None = None
    """Without it, a random token is made once in ``worker/admin-token``."""

    webhook_url: AnyHttpUrl | None = None
    webhook_secret_file: Path | None = None
    email_host: str | None = None
    email_port: Port = 587
    email_tls: Literal["starttls", "tls", "none"] = "starttls"
    email_from: str | None = None
    email_to: tuple[str, ...] = ()
    email_user: str | None = None
    email_password_file: Path | None = None
    syslog_host: str | None = None
    syslog_port: Port = 6514
    syslog_transport: Literal["tls", "tcp", "udp"] = "tls"
    syslog_form: Literal["cef", "json"] = "cef"
    chat_url_files: tuple[Path, ...] = ()
    """Files that hold one URL of apprise's each."""
    digest_seconds: Annotated[float, Field(ge=0)] = 60.0
    """E-mail and chat gather so long before they speak again."""
    quiet_from: time | None = None
    quiet_to: time | None = None
    """Between these local times e-mail and chat wait; webhooks and syslog never do."""
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
