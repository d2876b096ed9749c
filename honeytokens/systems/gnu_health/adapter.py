"""GNU Health, through the server that its own clients talk to."""

from __future__ import annotations

import hashlib
import secrets
import string
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import date, datetime
from typing import Self

from honeytokens.errors import (
    HoneytokensError,
    IdentifierTakenError,
    KeyTakenError,
    MappingError,
    PlantingError,
)
from honeytokens.fingerprints import fold
from honeytokens.model import Decoy, Establishment, Field, Identity, WrittenRow
from honeytokens.systems.gnu_health.chart import Chart
from honeytokens.systems.gnu_health.client import Address, Client, Record, RefusedError
from honeytokens.systems.gnu_health.kinds import KINDS, LINKS, PATIENT, STREET, Kind, reserved
from honeytokens.systems.gnu_health.links import Pointers
from honeytokens.systems.gnu_health.records import Records
from honeytokens.systems.gnu_health.schema import misfits, refuse_other_versions, schema_of
from honeytokens.systems.gnu_health.site import Site
from honeytokens.systems.interface import COMMON, DraftRow, HospitalAdapter, RowState
from honeytokens.systems.settings import ZonedSettings
from honeytokens.systems.sql.values import MisfitError
from honeytokens.systems.urls import split_url

_ATTEMPTS = 20


class GnuHealth(HospitalAdapter):
    """One site's GNU Health, as one account of its server sees it.

    Each call of the server is one transaction; what takes several is begun again or taken back by the journal.
    """

    def __init__(self, url: str, password: str | None, settings: str) -> None:
        self._settings = ZonedSettings.parse(settings)
        self._address = Address.of(url)
        self._client = Client(self._address, split_url(url)[1] if password is None else password)
        self._records, self._pointers = Records(self._client), Pointers(self._client)
        self._site = Site(self._client, self._settings.zone)
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        refuse_other_versions(self._address)
        self._stack.enter_context(self._client)
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()

    # What the schema says

    def check(self) -> None:
        """Hold the records that are written against the live models; raise ``MappingError`` naming every misfit."""
        if found := misfits(self._client):
            raise MappingError(
                f"This GNU Health does not take a decoy: {'; '.join(found)}",
                "Give the account the rights of docs/systems.md; a field of the site's own that must have a value has"
                " to get a default",
            )
        self._pointers.check()

    def schema_digest(self) -> str:
        """Return a digest of the live definitions of every model that is written to."""
        return hashlib.sha256(repr(schema_of(self._client)).encode()).hexdigest()

    def fields(self) -> frozenset[Field]:
        """Return the identity fields that are written."""
        return frozenset(
            (
                *(Field.SURNAME, Field.FIRST_NAME, Field.SEX, Field.BIRTH_DATE, Field.STREET, Field.POSTCODE),
                *(Field.TOWN, Field.PHONE, Field.EMAIL, Field.LOCAL_ID),
            )
        )

    def unique_fields(self) -> frozenset[Field]:
        """Return the person's number, which is unique."""
        return frozenset({Field.LOCAL_ID})

    # The host's own patients

    def host_people(self) -> Iterator[tuple[str, str, date]]:
        """Stream (surname, first name, birth date) of every patient; those who lack any are left out."""
        for _, surname, first_name, born in self.host_names():
            yield surname, first_name, born

    def host_names(self) -> Iterator[tuple[str, str, str, date]]:
        """Stream (key, surname, first name, birth date) of every patient."""
        for one in self._client.stream("party.party", [["is_patient", "=", True]], ["lastname", "name", "dob"]):
            if one["lastname"] and one["name"] and one["dob"]:
                yield str(one["id"]), one["lastname"], one["name"], one["dob"]

    def host_values(self, field: Field) -> Iterator[str]:
        """Stream the numbers of all persons; nothing else is unique."""
        if field is Field.LOCAL_ID:
            for one in self._client.stream("party.party", [["ref", "!=", None]], ["ref"]):
                yield one["ref"]

    def patient_count(self) -> int:
        """Return how many patients the system holds."""
        return self._client.count("gnuhealth.patient", [])

    def betraying(self) -> list[str]:
        """Return that the account is that of too few patients, if it is: each record names who created it."""
        everyone = self.patient_count()
        own = self._client.count("party.party", [["is_patient", "=", True], ["create_uid", "=", self._client.user]])
        if own >= COMMON * max(everyone, 1):
            return []
        return [f"create_uid would be that of an account which registered {own / max(everyone, 1):.0%} of the patients"]

    # Decoys as records

    def unfit(self, decoy: Decoy, establishment: Establishment, at: datetime) -> str | None:  # noqa: ARG002 - all past
        """Return why this decoy cannot be written, or ``None``."""
        try:
            Chart(self._site, decoy, establishment).fill()
        except MisfitError as misfit:
            return str(misfit)
        return None

    def compose(self, decoy: Decoy, establishment: Establishment, at: datetime) -> list[DraftRow]:  # noqa: ARG002
        """Return the records of one decoy, the person first; raise ``PlantingError`` when it is unfit."""
        try:
            return Chart(self._site, decoy, establishment).fill()
        except MisfitError as misfit:
            raise PlantingError(f"A decoy does not fit: {misfit}", "Plan another one in its place") from None

    def changes(self, row: WrittenRow, decoy: Decoy, establishment: Establishment) -> dict[str, object]:  # noqa: ARG002
        """Return the street, where that of the decoy's version is another."""
        street = decoy.identity.street
        return {} if row.values.get(STREET) == street else {STREET: street}

    def history(
        self,
        row: WrittenRow,  # noqa: ARG002
        changes: Mapping[str, object],  # noqa: ARG002
        establishment: Establishment,  # noqa: ARG002
        at: datetime,  # noqa: ARG002
    ) -> list[DraftRow]:
        """Return nothing: the server itself logs each change."""
        return []

    # Writing

    def reserve(self, drafts: Sequence[DraftRow]) -> tuple[WrittenRow, ...]:
        """Give the person a number that is free, and each record a name made of it, until the server gives keys."""
        ref = drafts[0].values["ref"]
        if ref is not None and self._is_taken(str(ref)):
            raise IdentifierTakenError("a patient of the hospital has its number", "Plan another decoy in its place")
        return tuple(self._named(drafts, str(ref) if ref is not None else self._free_number()))

    def write(self, rows: Sequence[WrittenRow]) -> tuple[WrittenRow, ...]:
        """Create records and return them as they now are, with the keys that the server gave them."""
        try:
            return self._created(rows)
        except RefusedError:
            if self._records.states(rows[:1])[0].standing == "foreign":
                raise KeyTakenError(
                    "Another patient took a person's number meanwhile", "Run the command again"
                ) from None
            self._take_back(rows)
            raise

    def rewrite(
        self,
        row: WrittenRow,
        changes: Mapping[str, object],
        history: Sequence[WrittenRow] = (),  # noqa: ARG002 - the server itself logs each change
    ) -> tuple[WrittenRow, ...]:
        """Change the street in the person's form, where both person and address are as they were read."""
        stamps: Record = {}
        [person] = self._client.read("party.party", [["id", "=", row.key]], ["_timestamp"]) or [{}]
        lying = [["party", "=", row.key], ["street", "=", row.values[STREET]]]
        [address, *_] = self._client.read("party.address", lying, ["_timestamp"]) or [{}]
        [before] = self._records.states([row])
        if before.standing != "same" or not address or set(changes) - {STREET}:
            raise PlantingError(
                f"A row of {row.table} is {before.standing}, not as it was written",
                "Run verify to see which decoy it is",
            )
        stamps[f"party.party,{row.key}"] = person["_timestamp"]
        stamps[f"party.address,{address['id']}"] = address["_timestamp"]
        changed = {"addresses": [("write", [address["id"]], {"street": changes[STREET]})]}
        self._client.call("party.party", "write", [row.key], changed, _timestamp=stamps)
        return (replace(row, values={**row.values, **changes}),)

    def remove(self, rows: Sequence[WrittenRow]) -> None:
        """Delete exactly these records, children first, in one call for each run of one kind."""
        keys: defaultdict[str, list[int]] = defaultdict(list)
        for row in rows:
            keys[KINDS[row.table].model].append(int(row.key))
        stamps = {
            f"{model},{one['id']}": one["_timestamp"]
            for model, mine in keys.items()
            for one in self._client.read(model, [["id", "in", mine]], ["_timestamp"])
        }
        for found in self._records.states(rows):
            if found.standing in ("missing", "foreign"):
                raise PlantingError(
                    f"A row of {found.row.table} is {found.standing} and is not deleted",
                    "Run verify to see which decoy it is",
                )
        if links := self.links(rows):
            raise PlantingError(f"Other rows refer to a decoy by {', '.join(links)}", "Move or delete those rows first")
        for kind in reversed(tuple(KINDS.values())):
            # The server deletes what lies inside a record that is deleted with it, in one transaction.
            if kind.model in keys and not (kind.inside and kind.parent == "party"):
                # The stamps make the server refuse a record that somebody has changed since it was looked at.
                self._client.call(kind.model, "delete", keys[kind.model], _timestamp=stamps)

    # Looking back

    def state(self, rows: Sequence[WrittenRow]) -> list[RowState]:
        """Return how each record stands today."""
        return self._records.states(rows)

    def links(self, rows: Sequence[WrittenRow]) -> list[str]:
        """Return, as ``table.field``, what refers to these records without being of them."""
        return self._pointers.to(row for row in rows if isinstance(row.key, int))

    def residues(self) -> list[str]:
        """Return what no one can undo, in words."""
        return [
            "the server's log of changes (ir.model.log) keeps the account and the keys of what it changed and deleted",
            "the numbers of appointments, evaluations and prescriptions were advanced and do not go back",
            "backups and copies made while the decoys were there keep them",
        ]

    def find(self, sought: Sequence[tuple[Decoy, Establishment, datetime]]) -> list[tuple[WrittenRow, ...]]:
        """Return the records of each decoy that stand in the system, the person's first; none when it is not there."""
        wanted = {_person(decoy.identity) for decoy, _, _ in sought}
        named: defaultdict[tuple[str, str, date], list[int]] = defaultdict(list)
        for key, surname, first_name, born in self.host_names():
            if (who := (fold(surname), fold(first_name), born)) in wanted:
                named[who].append(int(key))
        return [self._found(one, named[_person(one[0].identity)]) for one in sought]

    # Within

    def _found(self, sought: tuple[Decoy, Establishment, datetime], people: Sequence[int]) -> tuple[WrittenRow, ...]:
        """Return a decoy's records below that of some people who agrees with it best."""
        if not people or self.unfit(*sought):
            return ()
        drafts = self.compose(*sought)
        found = []
        for one in self._client.read("party.party", [["id", "in", list(people)]], ["ref"]):
            rows = self._records.below(one["id"], self._named(drafts, str(drafts[0].values["ref"] or one["ref"])))
            found.append(self._records.standing([row for row in rows if isinstance(row.key, int)], telling=False))
        best = min(found, key=lambda rows: len(self._records.states(rows[:1])[0].columns))
        return tuple(best)

    def _created(self, rows: Sequence[WrittenRow]) -> tuple[WrittenRow, ...]:
        keys: dict[object, int] = {}
        for row in rows:
            kind = KINDS[row.table]
            if row.table == PATIENT:
                [patient] = self._client.read(kind.model, [["party", "=", keys[row.values["party"]]]], ["id"])
                keys[row.key] = patient["id"]
            elif not kind.implied and not kind.inside:
                keys[row.key] = self._create(kind, row, rows, keys)
        states = self._records.states(rows)
        if odd := [one.row.table for one in states if one.standing in ("missing", "foreign")]:
            self._take_back(rows)
            raise PlantingError(
                f"The server writes its own values into {', '.join(dict.fromkeys(odd))}",
                "Look at the modules of the site: records of these kinds could not be known again",
            )
        return tuple(self._records.standing([one.row for one in states], telling=True))

    def _create(self, kind: Kind, row: WrittenRow, rows: Sequence[WrittenRow], keys: Mapping[object, int]) -> int:
        """Create one record, with those inside it, in one call."""
        values: Record = {
            name: keys.get(value, value) if name in (kind.parent, *LINKS) else value
            for name, value in row.values.items()
        }
        street = values.pop(STREET, None)
        for other in rows:
            inside = KINDS[other.table]
            if inside.inside and other.values[inside.parent] == row.key:
                below = {name: value for name, value in other.values.items() if name != inside.parent}
                below |= {"street": street} if inside.inside == "addresses" else {}
                values.setdefault(inside.inside, [("create", [])])[0][1].append(below)
        if kind.settled:
            # An appointment gets its number when it is made, not when the patient has come.
            [key] = self._client.call(kind.model, "create", [values | {kind.settled: "confirmed"}])
            self._client.call(kind.model, "write", [key], {kind.settled: values[kind.settled]})
        else:
            [key] = self._client.call(kind.model, "create", [values])
        return int(key)

    def _take_back(self, rows: Sequence[WrittenRow]) -> None:
        """Delete what this very call created; what cannot be deleted now is found by the journal's name for it."""
        with suppress(HoneytokensError):
            self.remove([one.row for one in self.state(rows) if one.standing in ("same", "changed")])

    def _is_taken(self, ref: str) -> bool:
        return self._client.count("party.party", [["ref", "=", ref]]) > 0

    def _free_number(self) -> str:
        """Return a number as the server makes them, three letters, three digits and three letters."""
        for _ in range(_ATTEMPTS):
            signs = (string.ascii_uppercase, string.digits, string.ascii_uppercase)
            ref = "".join(secrets.choice(kind) for kind in signs for _ in range(3))
            if not self._is_taken(ref):
                return ref
        raise PlantingError("The server has every number that was tried", "Run the command again")

    def _named(self, drafts: Sequence[DraftRow], ref: str) -> list[WrittenRow]:
        """Return drafts under the names that a person's number gives them."""
        numbered = {"ref": ref, "federation_account": f"{self._site.prefix}{ref}"}
        rows = []
        for number, draft in enumerate(drafts):
            values = draft.values | numbered if number == 0 else dict(draft.values)
            if draft.parent is not None and draft.parent_column:
                values[draft.parent_column] = reserved(ref, draft.parent)
            values |= {name: reserved(ref, index) for name, index in draft.also.items()}
            rows.append(WrittenRow(draft.table, "ref", reserved(ref, number), values))
        return rows


def _person(identity: Identity) -> tuple[str, str, date]:
    return fold(identity.surname), fold(identity.first_name), identity.birth_date
