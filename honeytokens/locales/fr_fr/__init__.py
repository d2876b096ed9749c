"""France: names by birth decade, real pairs of postcode and commune (``docs/data_sources.md`` says from where).

Never issues an identifier or a telephone number that could be somebody's.
"""

from __future__ import annotations

import hashlib
from datetime import date

import numpy as np
import polars as pl

from honeytokens.locales.emails import local_parts
from honeytokens.locales.fr_fr import identifiers, names, streets, towns
from honeytokens.locales.fr_fr.tables import national
from honeytokens.locales.national import National
from honeytokens.locales.tables import bits_frame, folder_digest, of_given, sexes, spelt_towns
from honeytokens.markers import Draws


class FrFr:
    """The French locale; every method as :class:`~honeytokens.locales.interface.Locale` says."""

    code = "fr_fr"
    capital = "75015"
    calling_code, trunk = "33", "0"

    def __init__(self, profile: National | None = None) -> None:
        self._profile = profile

    @property
    def profile(self) -> National:
        """Return what everything is drawn from: what it was made with, or the profile of France."""
        return self._profile or national()

    @property
    def digest(self) -> str:
        """Return the SHA-256, in hex, of the files of ``data/fr_fr``."""
        return hashlib.sha256(folder_digest(self.code)).hexdigest()

    def spelt_towns(self, names: pl.Series) -> pl.Series:
        """Return names of communes, however they are written, as the tables spell them; null for others."""
        return spelt_towns(names, self.profile.places.frame["town"])

    def is_place(self, postcode: str) -> bool:
        """Return whether a commune has this postcode."""
        return postcode in self.profile.places.postcodes

    def identities(self, draws: Draws, near: str, as_of: date, given: pl.DataFrame | None = None) -> pl.DataFrame:
        """Return who the decoys are."""
        profile = self.profile
        places = profile.places
        rows = places.draw(draws, near)
        home = places.frame.select("postcode", "town", "area")[rows]
        female, age, born = of_given(profile.ages.draw(draws, as_of), given, as_of)
        birth_date = pl.Series("birth_date", born)
        year = birth_date.dt.year().to_numpy()
        surname, birth_name = names.surnames(profile, draws, female, age, year)
        return pl.DataFrame(
            {
                "surname": surname,
                "birth_name": birth_name,
                "first_name": names.first_names(profile, draws, female, year),
                "sex": sexes(female),
                "birth_date": birth_date,
                "birth_place": towns.birth_places(profile, draws, home["area"]),
                "postcode": home["postcode"],
                "town": home["town"],
            }
        )

    def streets(self, draws: Draws, identities: pl.DataFrame) -> pl.Series:
        """Return street lines."""
        return streets.lines(self.profile, draws, identities)

    def bits(self, people: pl.DataFrame, near: str, as_of: date) -> pl.DataFrame:
        """Return how rare each value is; no value counts for more than 20 bits."""
        profile = self.profile
        postcode, town = profile.places.share_of(people, near)
        shares = {
            "surname": names.surname_shares(profile, people["surname"], people["birth_date"]),
            "birth_name": names.surname_shares(profile, people["birth_name"], people["birth_date"]),
            "first_name": names.first_name_shares(profile, people),
            "sex": np.ones(len(people)),
            "birth_date": profile.ages.birth_date_share(people["birth_date"], as_of),
            "birth_place": towns.birth_place_shares(profile, people),
            "postcode": postcode,
            "town": town,
            "street": streets.shares(profile, people),
        }
        return bits_frame(people, shares)

    def email_local_parts(self, draws: Draws, identities: pl.DataFrame) -> pl.Series:
        """Return what stands before the ``@``; ``{dep}`` is the number of the department."""
        return local_parts(draws, identities, self.profile.email_forms, identities["postcode"].str.head(2))

    def national_ids(self, draws: Draws, identities: pl.DataFrame) -> pl.Series:
        """Return social security numbers (NIR) whose commune of birth does not exist, with their key."""
        return identifiers.national_ids(draws, identities)

    def reserved_phones(self, draws: Draws) -> pl.Series:
        """Return phone numbers from the regulator's blocks for fiction, most of them mobile."""
        return identifiers.reserved_phones(self.profile, draws)

    def format_phone(self, digits: str) -> str:
        """Return ten digits two by two: ``06 39 98 12 34``."""
        return identifiers.two_by_two(digits)
