"""Making the decoys of one campaign from its key and recipe."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from honeytokens import clinical
from honeytokens.decoys import pools
from honeytokens.decoys.population import Population, population_of
from honeytokens.errors import KeyringError
from honeytokens.keys import Keyring
from honeytokens.locales import ceiling_of, get
from honeytokens.locales.interface import Locale
from honeytokens.markers import Draws
from honeytokens.model import Campaign, Decoy, DecoyRef, Field, Identity, Policy, Pool, PoolKind, Recipe, Sex, Story
from honeytokens.profiles.joint import Levels

_NO_CHILDREN = 2
"""From this edition on nobody younger than about ``_YOUNGEST`` years has an e-mail in his own name."""
_YOUNGEST = 13


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes the decoys of one campaign, each a function of its serial and version."""

    campaign: str
    recipe: Recipe
    key: bytes = field(repr=False)
    pool_keys: dict[tuple[PoolKind, str], bytes] = field(repr=False)

    @classmethod
    def of(cls, keyring: Keyring, name: str, campaign_id: str, key_version: int, recipe: Recipe) -> Maker:
        """Return the maker of a campaign.

        Raises :class:`KeyringError` when the locale's tables are not those that the campaign was planned with.
        """
        if digest_of_data(recipe.locale) != recipe.data:
            raise KeyringError(
                f"The tables of {recipe.locale} or of stories are not those that campaign {name} was planned with",
                "Use the version of honeytokens that planned it",
            )
        pool_keys = {(share.pool.kind, share.pool.value): pool_key(keyring, share.pool) for share in recipe.shares}
        return cls(name, recipe, keyring.subkey(f"campaign/{campaign_id}", key_version), pool_keys)

    @classmethod
    def of_campaign(cls, keyring: Keyring, campaign: Campaign) -> Maker:
        """Return the maker of a campaign that is in the registry."""
        return cls.of(keyring, campaign.name, campaign.id, campaign.key_version, campaign.recipe)

    @property
    def locale(self) -> Locale:
        """Return the locale that the recipe names."""
        return get(self.recipe.locale)

    def identities(self, serials: Sequence[int], version: int = 0) -> pl.DataFrame:
        """Return who the decoys are: one row per serial, one column per :class:`Field`.

        ``birth_date`` is a Date, the rest are String, null where a decoy has no such value.
        """
        return self._people(self._draws(serials), version)[0]

    def streets(self, serials: Sequence[int], people: pl.DataFrame, version: int) -> pl.Series:
        """Return the street lines of one version alone, of the decoys whose :meth:`identities` are ``people``."""
        draws, population = self._draws(serials), self._population
        return population.streets(draws.at(version), population.levels(draws), people)

    def bits(self, people: pl.DataFrame) -> pl.DataFrame:
        """Return how rare each value of ``people`` is among those whom decoys imitate, as :meth:`Locale.bits` does."""
        return self._population.bits(people)

    def decoys(self, serials: Sequence[int], version: int = 0) -> list[Decoy]:
        """Return whole decoys, with their medical stories, in the order of the serials."""
        people, others = self._people(self._draws(serials), version)
        learned = others.iter_rows(named=True) if others.width else ({} for _ in serials)
        return [
            Decoy(DecoyRef(self.campaign, serial), version, _identity(row), story, own)
            for serial, row, story, own in zip(
                serials, people.iter_rows(named=True), self.stories(serials, people), learned, strict=True
            )
        ]

    def stories(self, serials: Sequence[int], people: pl.DataFrame) -> list[Story]:
        """Return the medical stories of the decoys whose :meth:`identities` are ``people``."""
        draws = self._draws(serials)
        told = clinical.stories(draws, people, self.recipe.as_of, self._language, self.recipe.practitioners)
        return self._population.shortened(told, draws)

    def letters(
        self, serials: Sequence[int], people: pl.DataFrame, stories: Sequence[Story]
    ) -> list[tuple[clinical.Letter, ...]]:
        """Return the letters about the stays of the decoys whose :meth:`identities` and :meth:`stories` are given."""
        return clinical.letters(self._draws(serials), people, stories, self._language)

    @property
    def _population(self) -> Population:
        return population_of(self.recipe)

    @property
    def _language(self) -> str:
        return self.recipe.locale.split("_", 1)[0]

    def phases(self, serials: Sequence[int], parts: int) -> list[int]:
        """Return each decoy's keyed place, 0 to parts - 1, in the calendar of its stamped field."""
        return [int(phase) for phase in self._draws(serials).below("calendar/phase", parts)]

    def moments(self, serials: Sequence[int], parts: int) -> list[int]:
        """Return each decoy's keyed place, 0 to parts - 1, in the calendar of planting."""
        return [int(moment) for moment in self._draws(serials).below("calendar/planting", parts)]

    def _draws(self, serials: Sequence[int]) -> Draws:
        return Draws(self.key, np.asarray(serials, dtype=np.uint64))

    def _people(self, draws: Draws, version: int) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return the identities, and what stands in columns that hold none of their fields."""
        population = self._population
        levels = population.levels(draws)
        people, others = population.identities(draws, levels), population.others(draws, levels)
        streets = population.streets(draws.at(version), levels, people)
        people = people.with_columns(streets.alias(Field.STREET))
        present = {field: population.present(field, draws, levels) for field in (Field.PHONE, Field.EMAIL)}
        people = people.with_columns(
            pools.keep(self._phones(draws), present[Field.PHONE]).alias(Field.PHONE),
            pools.keep(self._emails(draws, people), present[Field.EMAIL]).alias(Field.EMAIL),
            self._local_ids(draws, levels).alias(Field.LOCAL_ID),
            self._national_ids(draws, people).alias(Field.NATIONAL_ID),
            self._web_links(draws).alias(Field.WEB_LINK),
        )
        return people.select(list(Field)), others

    def _phones(self, draws: Draws) -> pl.Series:
        if self.recipe.policies.phone is Policy.RESERVED:
            return self.locale.reserved_phones(draws)
        filled = pools.fill(self.recipe.shares, PoolKind.PHONE, self.pool_keys, draws.serials)
        numbers = pl.Series(filled, dtype=pl.String)
        digits = pools.national(numbers, self.locale.calling_code, self.locale.trunk)
        return self._population.phones(digits, draws).fill_null(numbers)

    def _emails(self, draws: Draws, people: pl.DataFrame) -> pl.Series:
        owned = pools.domains(self.recipe.shares, PoolKind.MAIL)
        reserved = self.recipe.policies.email is Policy.RESERVED
        domains = ["example.org", "example.net", "example.com"] if reserved else owned
        if not domains:
            return pools.empty(len(people))
        chosen = pl.Series(domains).gather(draws.below("email/domain", len(domains)))
        addresses = pl.select(pl.format("{}@{}", self.locale.email_local_parts(draws, people), chosen)).to_series()
        if self.recipe.edition < _NO_CHILDREN:
            return addresses
        grown = people[Field.BIRTH_DATE] <= date(self.recipe.as_of.year - _YOUNGEST, 1, 1)
        return pl.select(pl.when(grown).then(addresses)).to_series()

    def _local_ids(self, draws: Draws, levels: dict[str, Levels]) -> pl.Series:
        if Field.LOCAL_ID in levels and self.recipe.policies.local_id is Policy.GAPS:
            return self._population.habits.texts(Field.LOCAL_ID, levels[Field.LOCAL_ID], draws)
        filled = pools.fill(self.recipe.shares, PoolKind.LOCAL_ID, self.pool_keys, draws.serials)
        return pl.Series(filled, dtype=pl.String)

    def _national_ids(self, draws: Draws, people: pl.DataFrame) -> pl.Series:
        policy, ceiling = self.recipe.policies.national_id, ceiling_of(self.recipe.locale)
        if policy is Policy.RESERVED:
            return self.locale.national_ids(draws, people)
        if policy is Policy.ABOVE_CEILING and ceiling:
            return ceiling(draws, people)
        return pools.empty(len(people))

    def _web_links(self, draws: Draws) -> pl.Series:
        domains = pools.domains(self.recipe.shares, PoolKind.WEB)
        if not domains:
            return pools.empty(len(draws.serials))
        chosen = pl.Series(domains).gather(draws.below("web/domain", len(domains)))
        paths = pools.path_names(draws.u64("web/path"))
        return pl.select(pl.format("https://{}/{}", chosen, paths)).to_series()


def digest_of_data(locale: str) -> str:
    """Return the SHA-256, in hex, of every shipped table that decoys of a locale and their stories are drawn from."""
    return hashlib.sha256(f"{get(locale).digest} {clinical.digest()}".encode()).hexdigest()


def pool_key(keyring: Keyring, pool: Pool) -> bytes:
    """Return the 32-byte key of a pool's order, which serves nothing else."""
    return keyring.subkey(f"pool/{pool.kind}/{pool.value}", pool.key_version)


def _identity(row: dict[str, Any]) -> Identity:
    values = dict(row)
    values["sex"] = Sex(values["sex"])
    return Identity(**values)
