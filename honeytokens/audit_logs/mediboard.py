"""Mediboard's own logs, which it keeps in tables of its database (names as in its public code of 2015).

``long_request_log`` is on by default for requests above ten seconds, with all parameters: an export names its account
and its slice there. ``log_access_medical_object`` holds views of stays, is off by default, and rounds to the hour.
``user_log`` holds writes: who changes a record has read it. The workstation is the address of the account's last login
before, from ``user_authentication``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import parse_qsl

from honeytokens.audit_logs.interface import TableLog
from honeytokens.audit_logs.rows import moment, text
from honeytokens.model import ReadSighting

_LOGIN = (
    "(SELECT a.id_address FROM user_authentication a WHERE a.user_id = l.user_id AND a.datetime_login <= l.{at}"
    " ORDER BY a.datetime_login DESC LIMIT 1) AS id_address"
)
_CLASSES = {"cpatient": "patients", "csejour": "sejour", "cconsultation": "consultation"}
"""Mediboard's classes, which ``object_class`` and ``object_guid`` (``CPatient-80412``) name, and their tables."""
_BULK = re.compile(r"export|recherche|search|extract|listing|statistic|dump", re.IGNORECASE)
_ACTIONS = ("a", "tab", "ajax", "raw", "dosql", "wsdl", "dialog")
_SERIALIZED = re.compile(r's:\d+:"((?:[^"\\]|\\.)*)";(?:s:\d+:"((?:[^"\\]|\\.)*)"|[id]:([\d.]+))')
"""A name and its value in a list that PHP's serialize wrote."""


@dataclass(frozen=True, slots=True)
class MediboardRequests(TableLog):
    """``long_request_log``: requests that took long, such as exports and searches over all patients."""

    name = "mediboard_requests"
    table = "long_request_log"
    key = "long_request_log_id"
    query = (
        f"SELECT l.*, {_LOGIN.format(at='datetime')} FROM long_request_log l"  # noqa: S608
        " WHERE l.long_request_log_id > :after ORDER BY l.long_request_log_id LIMIT :limit"
    )

    def read(self, row: Mapping[str, object]) -> list[ReadSighting]:
        """Return the rows that a request named, or that it read in bulk."""
        parameters = [
            pair for column in ("query_params_get", "query_params_post") for pair in _parameters(text(row.get(column)))
        ]
        at = moment(row.get("datetime"), self.zone)
        if at is None:
            return []
        named: dict[str, dict[str, None]] = {}
        for table, key in _keys(parameters):
            if table in self.watched:
                named.setdefault(table, {})[key] = None
        who, where = text(row.get("user_id")), text(row.get("id_address")) or None
        found = [ReadSighting(who, at, table, tuple(keys), None, where, self.name) for table, keys in named.items()]
        action = " ".join(value for name, value in parameters if name in _ACTIONS)
        if not found and _BULK.search(action) and "patients" in self.watched:
            found.append(ReadSighting(who, at, "patients", (), _page(parameters), where, self.name))
        return found


@dataclass(frozen=True, slots=True)
class MediboardViews(TableLog):
    """``log_access_medical_object``: views of stays."""

    name = "mediboard_views"
    table = "log_access_medical_object"
    key = "access_id"
    query = (
        f"SELECT l.*, {_LOGIN.format(at='datetime')} FROM log_access_medical_object l"  # noqa: S608
        " WHERE l.access_id > :after ORDER BY l.access_id LIMIT :limit"
    )

    def read(self, row: Mapping[str, object]) -> list[ReadSighting]:
        """Return the view of one object."""
        return _object(self, row, "datetime", text(row.get("id_address")))


@dataclass(frozen=True, slots=True)
class MediboardWrites(TableLog):
    """``user_log``: who stored, merged or deleted an object; who created one has not read it."""

    name = "mediboard_writes"
    table = "user_log"
    key = "user_log_id"
    query = (
        "SELECT user_log_id, user_id, object_id, object_class, type, date, ip_address FROM user_log"
        " WHERE user_log_id > :after ORDER BY user_log_id LIMIT :limit"
    )

    def read(self, row: Mapping[str, object]) -> list[ReadSighting]:
        """Return the object that was changed, as read."""
        return [] if row.get("type") == "create" else _object(self, row, "date", text(row.get("ip_address")))


def _object(log: TableLog, row: Mapping[str, object], time_column: str, where: str) -> list[ReadSighting]:
    table = _CLASSES.get(text(row.get("object_class")).lower(), "")
    at = moment(row.get(time_column), log.zone)
    key = text(row.get("object_id"))
    if table not in log.watched or at is None or not key:
        return []
    return [ReadSighting(text(row.get("user_id")), at, table, (key,), 1, where or None, log.name)]


def _parameters(written: str) -> list[tuple[str, str]]:
    """Return the parameters of a request, which Mediboard writes as JSON, as PHP does, or as an address does."""
    with suppress(ValueError, RecursionError):
        return list(_flat("", json.loads(written)))
    if found := _SERIALIZED.findall(written):
        return [(name, value or number) for name, value, number in found]
    with suppress(ValueError):
        return parse_qsl(written.lstrip("?"), max_num_fields=10_000)
    return []


def _flat(name: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(str(key), inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _flat(name, inner)
    elif value is not None:
        yield name, str(value)


def _keys(parameters: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield (table, key) of the objects that parameters name."""
    values = dict(parameters)
    for name, value in parameters:
        table = {"patient_id": "patients", "patient_ids": "patients", "sejour_id": "sejour"}.get(name.partition("[")[0])
        if table is not None:
            yield from ((table, key) for key in re.findall(r"\d+", value))
        for kind, key in re.findall(r"\b(C[A-Z]\w+)-(\d+)", value):
            if kind.lower() in _CLASSES:
                yield _CLASSES[kind.lower()], key
    kind, key = values.get("object_class", "").lower(), values.get("object_id", "")
    if kind in _CLASSES and key.isdecimal():
        yield _CLASSES[kind], key


def _page(parameters: list[tuple[str, str]]) -> int | None:
    """Return how many patients an export takes in one go, where its parameters say so."""
    steps = [value for name, value in parameters if name in ("step", "limit") and value.isdecimal()]
    return int(steps[0]) if steps and len(steps[0]) < 10 else None
