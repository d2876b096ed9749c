"""What a driver's error means, in one clear line that holds no value of a row.

Drivers put values, statements and sometimes passwords into their texts: none of that text is ever passed on. Each
server's file turns an error's code into a :class:`Trouble`; this file says it to the operator.
"""

from __future__ import annotations

from enum import StrEnum

from honeytokens.errors import HoneytokensError, PlantingError, SystemUnreachableError


class DuplicateError(PlantingError):
    """A row with the same key, or the same value in another unique column, is there already."""


class Trouble(StrEnum):
    """What went wrong, by the words of the problem."""

    UNREACHABLE = "does not answer"
    REFUSED = "refuses the account or its password"
    NO_DATABASE = "has no such database, or does not show it to this account"
    NOT_A_DATABASE = "is not a database of this kind, or is damaged"
    LOST = "closed the connection in the middle of the work"
    READ_ONLY = "is read-only for this account"
    NO_PRIVILEGE = "does not give this account the right to do this"
    DISK_FULL = "has no room left on its disk"
    LOCKED = "kept a row or a table locked for too long"
    DEADLOCK = "broke the write off because of a deadlock with another program"
    DUPLICATE = "has a row already with a value that must be unique"
    FOREIGN_KEY = "refuses the rows because of a foreign key"
    CHECK = "refuses a value because of a check or a type"
    SCHEMA_CHANGED = "lacks a table or a column that was there before"
    UNKNOWN = "refused a statement"


_UNREACHABLE = {
    Trouble.UNREACHABLE: "Check that the server runs, its host and port, and the firewall between",
    Trouble.REFUSED: "Check the account's name and password, and that it may log in from this machine",
    Trouble.NO_DATABASE: "Check the name of the database in the system's URL",
    Trouble.NOT_A_DATABASE: "Check the path in the system's URL",
}
_PLANTING = {
    Trouble.LOST: "Run the command again: what was written is in the journal, and the command goes on from there",
    Trouble.READ_ONLY: "Use an account, a server or a file that may be written; not a replica but its primary",
    Trouble.NO_PRIVILEGE: (
        "Grant the account SELECT, INSERT, UPDATE and DELETE on the mapped tables, USAGE on their sequences"
        " and SELECT on the tables that refer to them"
    ),
    Trouble.DISK_FULL: "Make room on the disk of the database, then run the command again",
    Trouble.LOCKED: "Run the command again when the other program is done",
    Trouble.DEADLOCK: "Run the command again",
    Trouble.DUPLICATE: "Map that column to a field that is different in each decoy, or let the database fill it",
    Trouble.FOREIGN_KEY: "Check the constants and the lists of `only` in the mapping, and what other rows refer to",
    Trouble.CHECK: "Check the column's rules in the database and what the mapping writes into it",
    Trouble.SCHEMA_CHANGED: "Bring the mapping in line with the database",
    Trouble.UNKNOWN: "Look up the code in the database's manual, or in its own log at this minute",
}


def failure(trouble: Trouble, server: str, code: object = None, place: str | None = None) -> HoneytokensError:
    """Return the error to raise: ``server`` names the system, ``place`` the table or constraint where it is known."""
    where = f" ({place})" if place else ""
    number = f" [{code}]" if code else ""
    problem = f"{server[:1].upper()}{server[1:]} {trouble.value}{where}{number}"
    if trouble in _UNREACHABLE:
        return SystemUnreachableError(problem, _UNREACHABLE[trouble])
    kind = DuplicateError if trouble is Trouble.DUPLICATE else PlantingError
    return kind(problem, _PLANTING[trouble])
