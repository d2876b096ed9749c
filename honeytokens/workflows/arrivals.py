"""The arrival guard: no real patient may stand beside a decoy that a clerk could take for them.

Every name and birth date of the host is streamed, in statements that hold no value, and compared here: neither the
database nor its logs learn which patients are decoys.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from honeytokens.fingerprints import fold
from honeytokens.model import DecoyRef, Placement, PlacementState
from honeytokens.systems.interface import HospitalAdapter
from honeytokens.workflows.home import Home
from honeytokens.workflows.homonyms import NAMED_BY, alike, head_of, heads_of

STANDING = (PlacementState.WRITING, PlacementState.PLANTED, PlacementState.REWRITING, PlacementState.WITHDRAWING)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A real patient who came beside a decoy: of its name and birth date when ``same``, else of its first letters."""

    ref: DecoyRef
    same: bool

    @property
    def words(self) -> str:
        """What is known of the patient, and no more."""
        return "has its name and birth date" if self.same else "has its birth date and the first letters of its name"


@dataclass(frozen=True, slots=True)
class _Decoy:
    placement: Placement
    names: frozenset[str]
    heads: frozenset[str]
    first_name: str


def arrivals(home: Home, adapter: HospitalAdapter, placements: Sequence[Placement]) -> dict[int, Arrival]:
    """Return, by placement's id, who has come beside the decoys that stand in one system.

    ``placements`` are all of that system's: a row under the key of one of them is a decoy's own, any other a patient's.
    """
    standing = [one for one in placements if one.state in STANDING and one.rows]
    born = _by_birth_date(home, standing)
    ours = _own_keys(adapter, standing)
    found: dict[int, Arrival] = {}
    for key, surname, first_name, birth_date in adapter.host_names() if born else ():
        decoys = born.get(birth_date)
        if decoys and key not in ours:
            for decoy, same in _beside(decoys, fold(surname), first_name):
                if same or decoy.placement.id not in found:
                    found[decoy.placement.id] = Arrival(decoy.placement.ref, same)
    return found


def patients_only(home: Home, adapter: HospitalAdapter, system: str) -> Iterator[tuple[str, str, date]]:
    """Stream (surname, first name, birth date) of the patients of a system, without the decoys that stand in it."""
    standing = [
        one for one in home.registry.placements() if one.system == system and one.state in STANDING and one.rows
    ]
    ours = _own_keys(adapter, standing)
    for key, surname, first_name, born in adapter.host_names():
        if key not in ours:
            yield surname, first_name, born


def _own_keys(adapter: HospitalAdapter, standing: Sequence[Placement]) -> set[str]:
    """Return the keys of the decoys' own patients: that of one cut short in the writing is as the system gave it."""
    return {
        str((adapter.state(one.rows)[0].row if one.state is PlacementState.WRITING else one.rows[0]).key)
        for one in standing
    }


def _beside(decoys: Iterable[_Decoy], surname: str, first_name: str) -> Iterator[tuple[_Decoy, bool]]:
    """Yield the decoys of one birth date that a search for a patient would show, and whether the whole name agrees."""
    head = head_of(surname)
    for decoy in decoys:
        if any(alike(one, head) for one in decoy.heads):
            yield decoy, surname in decoy.names and fold(first_name) == decoy.first_name


def _by_birth_date(home: Home, placements: Sequence[Placement]) -> dict[date, list[_Decoy]]:
    found: defaultdict[date, list[_Decoy]] = defaultdict(list)
    ordered = sorted(placements, key=lambda one: one.ref.campaign)
    for name, group in groupby(ordered, key=lambda one: one.ref.campaign):
        members = list(group)
        people = home.maker(home.registry.campaign(name)).identities([one.ref.serial for one in members])
        for placement, person in zip(members, people.select(NAMED_BY).iter_rows(), strict=True):
            surname, birth_name, first_name, birth_date = person
            names = frozenset(fold(each) for each in (surname, birth_name) if each)
            heads = frozenset(heads_of(surname, birth_name))
            found[birth_date].append(_Decoy(placement, names, heads, fold(first_name)))
    return found
