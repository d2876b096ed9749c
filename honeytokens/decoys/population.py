"""Who the decoys of a campaign are: what its profile tells, and the rest as in the country.

There is one way to draw them. Where no host was learnt from, the profile tells nothing, and all of it is drawn from the
locale's own profile; every column that a host's profile tells replaces that of the country.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import numpy as np
import polars as pl
from anyascii import anyascii
from numpy.typing import NDArray

from honeytokens.locales import get
from honeytokens.locales.interface import Locale
from honeytokens.markers import Draws, cumulative
from honeytokens.model import Field, Policy, PoolKind, Recipe, Story
from honeytokens.profiles import LEAST, NULL, Codes, Habits, Profile, Values, decode, shares_of
from honeytokens.profiles.abbreviations import shortened
from honeytokens.profiles.joint import Levels

_ALWAYS = (Field.SURNAME, Field.FIRST_NAME, Field.BIRTH_DATE, Field.SEX)
"""Without these nobody could be kept apart from the host's patients."""
_TRIES = 12
"""How many people of the locale are asked for a name, until one has a name that is not frequent among the host's."""


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """Makes the identities of decoys of one campaign after its profile.

    ``near`` is a place of the locale, ``empty`` are the columns that no decoy has a value in.
    """

    habits: Habits
    locale: Locale
    near: str
    as_of: date
    empty: frozenset[str]

    @property
    def profile(self) -> Profile:
        """Return what was learnt of the host: nothing, for the people of the country."""
        return self.habits.profile

    def levels(self, draws: Draws) -> dict[str, Levels]:
        """Return the levels of every column that was learnt."""
        return self.habits.levels(draws, self.empty)

    def identities(self, draws: Draws, levels: dict[str, Levels]) -> pl.DataFrame:
        """Return who the decoys are, as :meth:`Locale.identities` does, written as the host writes, without streets."""
        given = None
        if self.profile.columns:
            given = pl.DataFrame({Field.SEX: self._sex(draws, levels), Field.BIRTH_DATE: self._born(draws, levels)})
        people = self._lent(draws, 0, given)
        columns = {name: people[name] for name in people.columns}
        for name in (Field.SURNAME, Field.FIRST_NAME, Field.BIRTH_NAME, Field.BIRTH_PLACE):
            if name in levels:
                columns[name] = self._named(name, draws, levels, self._unlike(name, draws, levels, people)[name])
        return pl.DataFrame(columns | self._home(draws, levels, people))

    def streets(self, draws: Draws, levels: dict[str, Levels], people: pl.DataFrame) -> pl.Series:
        """Return street lines at the version of ``draws``; null where the host has none for such patients."""
        if Field.STREET not in levels:
            return self.locale.streets(draws, people)
        now = self.habits.again(Field.STREET, draws, levels)
        lent = self.locale.streets(draws, self._lent(draws.at(0), 0, people.select(Field.SEX, Field.BIRTH_DATE)))
        lent = self._abbreviated(lent, draws)
        return self._named(Field.STREET, draws, levels | {Field.STREET: now}, lent)

    def _abbreviated(self, streets: pl.Series, draws: Draws) -> pl.Series:
        """Return street lines with their words as short as the host's clerks write them."""
        shape = self.profile.columns[Field.STREET].shape
        if not isinstance(shape, Values):
            return streets
        usual: dict[str, int] = {}
        for context, cells in shape.words.items():
            for word, count in cells.items() if context in ("^", "s") else ():
                usual[word] = usual.get(word, 0) + count
        points = draws.below("profile/street/short", 1 << 40).tolist()
        written = [shortened(text, usual, point) for text, point in zip(streets.to_list(), points, strict=True)]
        return pl.Series(written, dtype=pl.String)

    def others(self, draws: Draws, levels: dict[str, Levels]) -> pl.DataFrame:
        """Return the texts of the columns that hold no field of ours, by ``table.column``."""
        names = [name for name in self.profile.columns if "." in name]
        return pl.DataFrame({name: self.habits.texts(name, levels[name], draws, self.as_of) for name in names})

    def phones(self, digits: pl.Series, draws: Draws) -> pl.Series:
        """Return national digits as the patients' are written; null stays null."""
        column = self.profile.columns.get(Field.PHONE)
        shapes: dict[str, int] = {}
        for cell, count in column.shape.cells.items() if column and isinstance(column.shape, Codes) else ():
            form = cell.partition("|")[0]
            shapes[form] = shapes.get(form, 0) + count
        written = [number and self.locale.format_phone(number) for number in digits.to_list()]
        for length in digits.str.len_chars().drop_nulls().unique().sort().to_list():
            forms = {form: count for form, count in shapes.items() if form.count("9") == length}
            if forms:
                picked = draws.pick("profile/phone/shape", cumulative(forms.values())).tolist()
                for row, number in enumerate(digits.to_list()):
                    if number and len(number) == length:
                        written[row] = _in_shape(number, list(forms)[picked[row]])
        return pl.Series(written, dtype=pl.String)

    def present(self, field: Field, draws: Draws, levels: Mapping[str, Levels]) -> NDArray[np.bool_]:
        """Return who has a phone or an e-mail."""
        if field in levels:
            return np.not_equal(levels[field], NULL)
        return draws.chance(f"{field}/present", self.locale.profile.present[field], 100)

    def shortened(self, stories: Sequence[Story], draws: Draws) -> list[Story]:
        """Return stories with no more stays, allergies and prescriptions than patients of the host have rows."""
        if not self.profile.children:
            return list(stories)
        most = {section: self.habits.children(section, draws) for section in ("stay", "allergy", "prescription")}
        kept = []
        for row, story in enumerate(stories):
            limits = {section: len(story.stays) if each is None else int(each[row]) for section, each in most.items()}
            # The first stay may be what names the establishment: one is always kept.
            stays = story.stays[-max(limits["stay"], 1) :]
            since = stays[0].admitted.date() if stays else None
            allergies = story.allergies if most["allergy"] is None else story.allergies[: limits["allergy"]]
            prescribed = [one for one in story.prescriptions if since is None or one.prescribed >= since]
            if most["prescription"] is not None:
                prescribed = prescribed[len(prescribed) - min(limits["prescription"], len(prescribed)) :]
            vitals = [one for one in story.vitals if since is None or one.measured.date() >= since]
            kept.append(
                replace(story, stays=stays, allergies=allergies, prescriptions=tuple(prescribed), vitals=tuple(vitals))
            )
        return kept

    def bits(self, people: pl.DataFrame) -> pl.DataFrame:
        """Return the bits of the locale, but no more than is known of a value's share among the host's patients.

        A text that fewer patients have than are counted apart may have almost as many; a town says little beside its
        postcode.
        """
        # A country's own people have a town and a street, a host's may have none.
        rarity = self.locale.bits(people.with_columns(pl.col(pl.String).fill_null("")), self.near, self.as_of)
        shares = shares_of(self.profile, people)
        rarest = max(np.log2(max(self.profile.patients, LEAST) / LEAST), 1.0)
        rated = {}
        for name in rarity.columns:
            most = np.full(len(people), _TOWN_BITS if name == Field.TOWN else rarest)
            if name in shares:
                frequent = shares[name] > 0
                most[frequent] = np.minimum(most[frequent], -np.log2(shares[name][frequent]))
            limited = pl.min_horizontal(rarity[name], pl.Series(most)) if name in self.profile.columns else rarity[name]
            rated[name] = pl.select(pl.when(people[name].is_not_null()).then(limited)).to_series()
        return pl.DataFrame(rated)

    def _sex(self, draws: Draws, levels: dict[str, Levels]) -> pl.Series:
        if Field.SEX not in levels:
            return pl.Series([None] * len(draws.serials), dtype=pl.String)
        texts = self.habits.texts(Field.SEX, levels[Field.SEX], draws)
        return texts.replace_strict({"female": "female", "male": "male"}, default=None, return_dtype=pl.String)

    def _born(self, draws: Draws, levels: dict[str, Levels]) -> pl.Series:
        if Field.BIRTH_DATE not in levels:
            return pl.Series([None] * len(draws.serials), dtype=pl.Date)
        texts = self.habits.texts(Field.BIRTH_DATE, levels[Field.BIRTH_DATE], draws, self.as_of)
        return texts.str.to_date("%Y-%m-%d", strict=False)

    def _lent(self, draws: Draws, number: int, given: pl.DataFrame | None) -> pl.DataFrame:
        """Return people of the country; for what was learnt (``given``), the ``number``-th ones that are asked for."""
        if given is not None:
            draws = Draws(hashlib.blake2b(b"lent %d" % number, key=draws.key, digest_size=32).digest(), draws.serials)
        return self.locale.identities(draws, self.near, self.as_of, given)

    def _named(self, name: str, draws: Draws, levels: dict[str, Levels], lent: pl.Series) -> pl.Series:
        """Return texts of a column: frequent ones of the host, and for the tail words that are lent or made up."""
        shape = self.profile.columns[name].shape
        found = self.habits.texts(name, levels[name], draws)
        if not isinstance(shape, Values):
            return found
        rare = self.habits.rare(name, levels[name])
        lends = rare & draws.chance(f"profile/{name}/lent", shape.vocabulary, 100)
        # A column that is never empty for us, or a tail that nothing was learnt of, has the locale's word.
        lends |= found.is_null().to_numpy() & (rare | (name in _ALWAYS))
        words = self._written(name, draws, lent)
        return pl.select(pl.when(pl.Series(lends)).then(words).otherwise(found)).to_series()

    def _unlike(self, name: str, draws: Draws, levels: dict[str, Levels], people: pl.DataFrame) -> pl.DataFrame:
        """Return people of the locale, others where a rare text is wanted and theirs is frequent among the host's."""
        shape = self.profile.columns[name].shape
        rare = self.habits.rare(name, levels[name])
        if not isinstance(shape, Values) or not rare.any():
            return people
        frequent = [folded_text(value) for value in shape.cells]
        given = people.select(Field.SEX, Field.BIRTH_DATE)
        for number in range(1, _TRIES):
            plain = people[name].map_elements(folded_text, return_dtype=pl.String)
            again = rare & plain.is_in(frequent).fill_null(False).to_numpy()
            if not again.any():
                break
            other = self._lent(draws.where(again), number, given.filter(again))
            place = np.arange(len(people))
            place[again] = len(people) + np.arange(len(other))
            people = pl.concat([people, other.select(people.columns)])[place]
        return people

    def _written(self, name: str, draws: Draws, words: pl.Series) -> pl.Series:
        """Return words in the case of the host, and without accents where it has none."""
        shape = self.profile.columns[name].shape
        if not isinstance(shape, Values):
            return words
        if not shape.accents:
            words = words.map_elements(lambda word: word if word.isascii() else anyascii(word), return_dtype=pl.String)
        if not shape.case:
            return words
        case = pl.Series(list(shape.case)).gather(draws.pick(f"profile/{name}/case", cumulative(shape.case.values())))
        return pl.select(
            pl.when(case == "upper").then(words.str.to_uppercase())
            .when(case == "lower").then(words.str.to_lowercase())
            .otherwise(words)
        ).to_series()  # fmt: skip

    def _home(self, draws: Draws, levels: dict[str, Levels], people: pl.DataFrame) -> dict[str, pl.Series]:
        """Return postcode and town: where the locale lends the town, its postcode comes with it."""
        found = dict[str, pl.Series]()
        for name in (Field.POSTCODE, Field.TOWN):
            if name in levels:
                found[name] = self.habits.texts(name, levels[name], draws)
        shape = self.profile.columns[Field.TOWN].shape if Field.TOWN in levels else None
        if not isinstance(shape, Values):
            return found
        lends = self.habits.rare(Field.TOWN, levels[Field.TOWN])
        lends &= draws.chance("profile/town/lent", shape.vocabulary, 100)
        away, mask = self._unlike(Field.TOWN, draws, levels, people), pl.Series(lends)
        towns = self._written(Field.TOWN, draws, away[Field.TOWN])
        found[Field.TOWN] = pl.select(pl.when(mask).then(towns).otherwise(found[Field.TOWN])).to_series()
        if Field.POSTCODE in found:
            here = mask & found[Field.POSTCODE].is_not_null()
            codes = pl.when(here).then(away[Field.POSTCODE]).otherwise(found[Field.POSTCODE])
            found[Field.POSTCODE] = pl.select(codes).to_series()
        return found


_TOWN_BITS = 2.0


def _in_shape(digits: str, form: str) -> str:
    left = iter(digits)
    return "".join(next(left) if sign == "9" else sign for sign in form)


def folded_text(text: str) -> str:
    """Return a text without case and accents."""
    return (text if text.isascii() else anyascii(text)).casefold()


@lru_cache(maxsize=8)
def population_of(recipe: Recipe) -> Population:
    """Return who the decoys of a recipe are.

    Raises ``ProfileError`` when the recipe's profile cannot be read.
    """
    locale, profile = get(recipe.locale), decode(recipe.profile)
    elsewhere = profile.columns and not locale.is_place(recipe.near)
    kinds = {share.pool.kind for share in recipe.shares}
    owned = {Field.PHONE: PoolKind.PHONE, Field.EMAIL: PoolKind.MAIL, Field.WEB_LINK: PoolKind.WEB}
    empty = {
        field
        for field, kind in owned.items()
        if kind not in kinds and getattr(recipe.policies, field) is not Policy.RESERVED
    }
    if recipe.policies.national_id is Policy.EMPTY:
        empty.add(Field.NATIONAL_ID)
    if recipe.policies.local_id is Policy.EMPTY:
        empty.add(Field.LOCAL_ID)
    near = locale.capital if elsewhere else recipe.near
    return Population(Habits(profile, recipe.size), locale, near, recipe.as_of, frozenset(empty))
