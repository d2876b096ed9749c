"""The operator's list of what is to be frozen, one TOML file written before anything happens. It holds no secret."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from honeytokens.errors import FreezeError, HoneytokensError
from honeytokens.freezing.databases import TableItem, binary_logs
from honeytokens.freezing.files import files
from honeytokens.freezing.interface import Item, Unreadable


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class _Files(_Model):
    paths: Annotated[tuple[str, ...], Field(min_length=1)]
    """Shell patterns."""
    copy_up_to: Annotated[int, Field(ge=0)] | None = None
    """Bytes; of larger files the hash alone is kept. Without it, all are copied."""


class _Database(_Model):
    database: str
    """Such as ``mariadb://reader@host/database``, without a password."""
    password_file: Path | None = None

    @property
    def password(self) -> str | None:
        """Return the first line of the password's file."""
        if self.password_file is None:
            return None
        try:
            return self.password_file.read_text("utf-8").partition("\n")[0]
        except (OSError, UnicodeDecodeError) as error:
            raise FreezeError(f"{self.password_file} cannot be read", "Give this account the file") from error


class _Tables(_Database):
    tables: Annotated[tuple[str, ...], Field(min_length=1)]


class _BinaryLogs(_Database):
    folder: Path
    """Where the server keeps them."""
    copy_up_to: Annotated[int, Field(ge=0)] | None = None


class Sources(_Model):
    """What is to be frozen, and where it is kept."""

    destination: Path
    files: tuple[_Files, ...] = ()
    tables: tuple[_Tables, ...] = ()
    binary_logs: tuple[_BinaryLogs, ...] = ()

    def items(self) -> Iterator[Item]:
        """Yield everything, what is overwritten soonest first: tables, then binary logs, then files."""
        for of_database in self.tables:
            for table in of_database.tables:
                try:
                    yield TableItem(of_database.database, of_database.password, table)
                except HoneytokensError as error:
                    yield Unreadable(f"table {table}", error)
        for logs in self.binary_logs:
            try:
                yield from binary_logs(logs.database, logs.password, logs.folder, logs.copy_up_to)
            except HoneytokensError as error:
                yield Unreadable(f"binary logs in {logs.folder}", error)
        for named in self.files:
            yield from files(named.paths, named.copy_up_to)


def load_sources(path: Path) -> Sources:
    """Read the list; raise :class:`FreezeError` naming the first setting that is wrong, never its value."""
    try:
        with path.open("rb") as stream:
            sources = Sources.model_validate(tomllib.load(stream))
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise FreezeError(f"The setting {name} of {path} is wrong: {first['msg']}", "See docs/operations.md") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FreezeError(f"{path} is not TOML: {error}", "Correct that line") from error
    except OSError as error:
        raise FreezeError(
            f"The list of sources {path} cannot be read: {error.strerror}", "Write it before you need it, or --sources"
        ) from error
    if not (sources.files or sources.tables or sources.binary_logs):
        raise FreezeError(f"{path} lists nothing to freeze", "Name files, tables or binary logs in it")
    return sources
