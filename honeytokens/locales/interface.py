"""What a locale must provide: one country's names, places, phones, identifiers and their frequencies."""

from __future__ import annotations

from datetime import date
from typing import Protocol

import polars as pl

from honeytokens.locales.national import National
from honeytokens.markers import Draws


class Locale(Protocol):
    """One country. Every method is a pure function of its arguments and of the locale's profile.

    Frames have one row per serial of ``draws``, in that order.
    """

    code: str
    """Language and country, in lower case: ``fr_fr``."""
    capital: str
    """The postcode of the largest town, for decoys of no establishment."""
    calling_code: str
    """What is dialled from abroad, without a plus sign: ``33``."""
    trunk: str
    """What stands before a national number instead of the calling code: ``0``, or nothing."""

    @property
    def profile(self) -> National:
        """Return what everything is drawn from."""

    @property
    def digest(self) -> str:
        """Return the SHA-256, in hex, of every table that a draw can depend on."""

    def spelt_towns(self, names: pl.Series) -> pl.Series:
        """Return names of towns, however they are written, as the tables spell them; String, null for others."""

    def is_place(self, postcode: str) -> bool:
        """Return whether the locale has a town with this postcode, so that patients can live near it."""

    def identities(self, draws: Draws, near: str, as_of: date, given: pl.DataFrame | None = None) -> pl.DataFrame:
        """Return who the decoys are.

        ``near`` is the postcode of the establishment, ``as_of`` the day at which ages are reckoned (nobody is born
        after it). Columns: ``surname``, ``birth_name`` (null unless it differs), ``first_name``, ``sex`` (``female`` or
        ``male``), ``birth_date`` (Date), ``birth_place``, ``postcode``, ``town``: String unless said, in ordinary
        spelling with accents and ordinary capitals. ``given``, where there is one, says ``sex`` and ``birth_date`` of
        each; where they are null they are drawn. Raises ``PlanRefusedError`` when ``near`` is no place.
        """

    def streets(self, draws: Draws, identities: pl.DataFrame) -> pl.Series:
        """Return street lines (``12 rue des Lilas``) at the version of ``draws``; String, never null."""

    def bits(self, people: pl.DataFrame, near: str, as_of: date) -> pl.DataFrame:
        """Return how rare each value is: Float64 columns named as ``people``'s, null where the value is null.

        ``people`` has the columns of :meth:`identities` and ``street``. A number is -log2 of the share of the
        unrelated patients of a hospital at ``near`` who have a value that a scan cannot tell from this one. It is the
        share among those of the same birth decade for surnames, and of the same sex for ``first_name``, for
        ``birth_place`` and ``town`` given where they live, for ``street`` given the town, so that the bits of one
        record may be added. The commonest surnames count for no more than in a short list of names. Sex is told by
        the first name: it is given as 0. ``docs/markers.md`` says what is claimed.
        """

    def email_local_parts(self, draws: Draws, identities: pl.DataFrame) -> pl.Series:
        """Return what stands before the ``@``, in the forms that people of that age use; lower-case ASCII."""

    def national_ids(self, draws: Draws, identities: pl.DataFrame) -> pl.Series:
        """Return well-formed national identifiers from ranges that are never issued: demo and tests only."""

    def reserved_phones(self, draws: Draws) -> pl.Series:
        """Return phone numbers, in national form, from blocks reserved for fiction: demo and tests only."""

    def format_phone(self, digits: str) -> str:
        """Return national digits as people of the country write them: ``06 39 98 12 34``."""
