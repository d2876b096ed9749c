"""The adapter of Mediboard: what its tables need beyond the machinery of every SQL system."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

import sqlalchemy as sa

from honeytokens.model import Establishment, Field, WrittenRow
from honeytokens.systems.interface import DraftRow
from honeytokens.systems.mediboard.kinds import CLASSES, KINDS
from honeytokens.systems.mediboard.layout import MediboardLayout
from honeytokens.systems.mediboard.links import pointing_columns
from honeytokens.systems.mediboard.numbers import free_numbers
from honeytokens.systems.mediboard.settings import MediboardSettings
from honeytokens.systems.sql.named import NamedSystem
from honeytokens.systems.sql.records import RowKind
from honeytokens.systems.sql.schema import ForeignKey


class Mediboard(NamedSystem[MediboardLayout]):
    """One site's Mediboard on MariaDB or MySQL."""

    kinds: ClassVar[Mapping[str, RowKind]] = KINDS
    layout = MediboardLayout
    settings = MediboardSettings
    reads: ClassVar[Mapping[str, Mapping[Field, str]]] = {
        "patients": {
            Field.SURNAME: "nom",
            Field.BIRTH_NAME: "nom_jeune_fille",
            Field.FIRST_NAME: "prenom",
            Field.SEX: "sexe",
            Field.BIRTH_DATE: "naissance",
            Field.BIRTH_PLACE: "lieu_naissance",
            Field.STREET: "adresse",
            Field.POSTCODE: "cp",
            Field.TOWN: "ville",
            Field.PHONE: "tel",
            Field.EMAIL: "email",
            Field.NATIONAL_ID: "matricule",
        }
    }
    extra: ClassVar = frozenset({"users_mediboard", "groups_mediboard"})
    _pointing: list[ForeignKey] | None = None

    def fields(self) -> frozenset[Field]:
        """Return the identity fields that are written: the local identifier where the site has a tag for it."""
        return super().fields() | ({Field.LOCAL_ID} if self._numbers_patients() else frozenset())

    def unique_fields(self) -> frozenset[Field]:
        """Return the local identifier, which the application keeps unique itself."""
        return super().unique_fields() | ({Field.LOCAL_ID} if self._numbers_patients() else frozenset())

    def host_values(self, field: Field) -> Iterator[str]:
        """Stream the values that the patients have in ``field``."""
        if field is not Field.LOCAL_ID:
            yield from super().host_values(field)
        elif self._numbers_patients():
            tag = self._layout().tags["CPatient"]
            rows = self._stream(self._table("id_sante400"), ["object_class", "tag", "id400"])
            yield from (number for name, held, number in rows if name == "CPatient" and held == tag and number)

    def history(
        self, row: WrittenRow, changes: Mapping[str, object], establishment: Establishment, at: datetime
    ) -> list[DraftRow]:
        """Return the ``store`` row of ``user_log`` by which the application remembers a change."""
        layout = self._layout()
        doctors = [
            int(one.code) for one in establishment.practitioners if one.code in layout.site.functions and one.code
        ]
        if not (doctors or layout.settings.users):
            return []
        record = layout.record(f"{row.key} {at}", at)
        before = {name: row.values.get(name) for name in changes}
        values = {
            "user_id": layout.account(record.seed, doctors),
            "object_class": CLASSES[row.table],
            "object_id": row.key,
            "type": "store",
            "date": at,
            "fields": " ".join(changes),
            "extra": json.dumps(before) if layout.site.tells_old_values else None,
        }
        record.add("change", values)
        return record.drafts

    def _numbers_patients(self) -> bool:
        return "ipp" in self._layout().kinds and "CPatient" in self._layout().tags

    def _completed(self, connection: sa.Connection, rows: tuple[WrittenRow, ...]) -> tuple[WrittenRow, ...]:
        """Give the numbers of stays, which the site's own counter must never give: those that it has passed over."""
        lacking = [row for row in rows if row.table == "id_sante400" and "id400" not in row.values]
        if not lacking:
            return rows
        tag = self._layout().tags["CSejour"]
        numbers = iter(free_numbers(connection, self._table("id_sante400"), tag, len(lacking), f"{rows[0].key}"))
        return tuple(
            replace(row, values={**row.values, "id400": next(numbers)}) if row in lacking else row for row in rows
        )

    def _pointers(self, connection: sa.Connection) -> list[ForeignKey]:
        """Return the columns that bear the name of a key of ours, or a number beside the class of a table of ours."""
        if self._pointing is None:
            keys = {name: branch.key for name, branch in self._layout().branches.items()}
            self._pointing = pointing_columns(connection, keys)
        return self._pointing
