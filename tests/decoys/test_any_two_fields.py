"""Any two undamaged main fields lead to one decoy: every pair of fields, every decoy of whole campaigns.

The decoys are made again from the keyring and the campaign, as a scan makes them, and read in the scan's normal forms.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import combinations
from typing import NamedTuple

import polars as pl

from honeytokens.decoys import Ledger, Maker, digest_of_data
from honeytokens.fingerprints import Forms, fold, read_forms, street_words
from honeytokens.keys import Keyring
from honeytokens.model import MAIN_FIELDS, Campaign, DecoyRef, Field, Pool, PoolKind, PoolShare, Recipe

MASTER = bytes(range(32))
COUNT = 10_000
BATCH = 2_000
POOLS = (
    Pool(PoolKind.MAIL, "courrier-sante.fr"),
    Pool(PoolKind.MAIL, "messagerie-tilleuls.fr"),
    *(Pool(PoolKind.PHONE, f"{block} ## ##") for block in ("06 39 98", "01 99 00", "02 61 91", "03 53 01", "04 65 71")),
    Pool(PoolKind.LOCAL_ID, "800#####"),
)
FORM_OF: Mapping[Field, Callable[[Forms], object]] = {
    Field.SURNAME: lambda forms: "".join(forms.words),
    Field.FIRST_NAME: lambda forms: "".join(forms.words),
    Field.BIRTH_DATE: lambda forms: forms.dates,
    Field.POSTCODE: lambda forms: forms.postcodes,
    Field.STREET: lambda forms: street_words(forms.words),
    Field.PHONE: lambda forms: forms.phones,
    Field.EMAIL: lambda forms: forms.emails,
    Field.LOCAL_ID: lambda forms: forms.ids,
}


class Value(NamedTuple):
    """What a decoy has in one field: a number for the form in which a scan compares it, and the text itself."""

    form: int
    text: str


Known = dict[DecoyRef, dict[Field, Value]]
NUMBERS: dict[tuple[Field, object], int] = {}


def campaign(identifier: str, serials: Iterable[int], first: int) -> Campaign:
    shares = tuple(PoolShare(pool, first) for pool in POOLS)
    recipe = Recipe("fr_fr", digest_of_data("fr_fr"), "75014", date(2026, 3, 1), shares)
    day = datetime(2026, 3, 1, tzinfo=UTC)
    return Campaign(
        identifier,
        f"c{identifier}",
        1,
        "saint-anne",
        "his",
        recipe,
        tuple(serials),
        day,
        day,
        timedelta(),
        None,
        40_000,
    )


def planned(identifier: str, count: int, ledger: Ledger, first: int = 0) -> Campaign:
    """Return a campaign of the first serials that the ledger admits, as planning chooses them."""
    maker = Maker.of_campaign(Keyring((MASTER,)), campaign(identifier, (), first))
    serials: list[int] = []
    start = 0
    while len(serials) < count:
        batch = range(start, start + BATCH)
        serials += [serial for serial, fit in zip(batch, ledger.admit(maker.identities(batch)), strict=True) if fit]
        start = batch.stop
    return campaign(identifier, serials[:count], first)


def remade(*campaigns: Campaign, spelled: Callable[[str], str] = str) -> Known:
    """Make the decoys of some campaigns again, from the keyring alone, and read every value of a main field."""
    known: Known = {}
    for each in campaigns:
        people = Maker.of_campaign(Keyring((MASTER,)), each).identities(each.serials).select(MAIN_FIELDS)
        for serial, row in zip(each.serials, people.cast(pl.String).iter_rows(), strict=True):
            texts = {field: spelled(text) for field, text in zip(MAIN_FIELDS, row, strict=True) if text is not None}
            known[DecoyRef(each.name, serial)] = {
                field: Value(read(field, text), text) for field, text in texts.items()
            }
    return known


@cache
def read(field: Field, text: str) -> int:
    form = FORM_OF[field](read_forms(text))
    assert form, (field, text)
    return NUMBERS.setdefault((field, form), len(NUMBERS))


def ambiguous(known: Known) -> dict[tuple[Field, Field], int]:
    """Return how many decoys each pair of fields does not lead to, or not to alone; pairs that always do are left out.

    A pair leads to the decoys that have both forms; among several, to those that have the very texts.
    """
    failed: dict[tuple[Field, Field], int] = {}
    for pair in combinations(MAIN_FIELDS, 2):
        holders = [
            (ref, values[pair[0]], values[pair[1]]) for ref, values in known.items() if values.keys() >= set(pair)
        ]
        assert len(holders) > 0.2 * len(known), pair
        index: defaultdict[tuple[int, int], list[tuple[DecoyRef, Value, Value]]] = defaultdict(list)
        for holder in holders:
            index[holder[1].form, holder[2].form].append(holder)
        for ref, one, two in holders:
            found = index[one.form, two.form]
            if len(found) > 1:
                found = [other for other in found if other[1:] == (one, two)]
            if [other for other, *_ in found] != [ref]:
                failed[pair] = failed.get(pair, 0) + 1
    return failed


@cache
def ten_thousand() -> Campaign:
    return planned("00ff", COUNT, Ledger(COUNT))


def test_any_two_fields_lead_to_their_decoy() -> None:
    assert ambiguous(remade(ten_thousand())) == {}


def test_two_campaigns_of_one_establishment_do_not_get_in_each_others_way() -> None:
    ledger = Ledger(COUNT)
    earlier = planned("00ff", COUNT // 4, ledger)
    later = planned("00fe", COUNT // 4, ledger, first=max(earlier.serials) + 1)
    assert ambiguous(remade(earlier, later)) == {}


def test_without_the_ledger_some_pairs_would_lead_astray() -> None:
    """The measure can fail: serials taken as they come share pairs."""
    assert len(ambiguous(remade(campaign("00ff", range(COUNT // 4), 0)))) > 2


def test_any_two_fields_lead_to_their_decoy_in_capitals_without_accents() -> None:
    assert ambiguous(remade(ten_thousand(), spelled=lambda text: text if "@" in text else fold(text).upper())) == {}
