"""What is prescribed as a stay ends: usual drugs of its condition, none that the rest of the story forbids."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from honeytokens.clinical.conditions import ADULT, Clinic, Flags
from honeytokens.clinical.stays import MOST_STAYS, Stays
from honeytokens.markers import Draws
from honeytokens.markers.draws import I64


@dataclass(frozen=True, slots=True, eq=False)
class Prescribed:
    """Prescribed drugs in order of time, each row's together: the stay, the drug, and whether the dose is a child's."""

    stay: I64
    drug: I64
    child: Flags


def prescribe(draws: Draws, table: Clinic, sex: I64, stays: Stays, substances: I64) -> Prescribed:
    """Return the drugs of each stay. ``substances`` are the allergies of each row, shape (rows, 2), -1 for none."""
    numbers = np.stack([draws.u64("drugs", index) for index in range(MOST_STAYS)], axis=1)[stays.row, stays.place]
    had = np.full((len(draws.serials), MOST_STAYS), -1, dtype=np.int64)
    had[stays.row, stays.place] = stays.condition
    had, reacts = had[stays.row], substances[stays.row]
    _, lines, width = table.options.shape
    given = np.full((len(stays.row), lines), -1, dtype=np.int64)
    for line in range(lines):
        number: I64 = (numbers >> np.uint64(16 * line) & np.uint64(0xFFFF)).astype(np.int64)
        options = table.options[stays.condition, line]
        alternatives = np.maximum((options >= 0).sum(axis=1), 1)
        for turn in range(width):
            # The first alternative is drawn; one that may not be given leaves its place to the next.
            drug = options[np.arange(len(options)), (number + turn) % alternatives]
            allowed = (drug >= 0) & table.suits[drug, sex[stays.row], stays.age]
            for column in had.T:
                allowed &= ~table.against_conditions[drug, column]
            for column in reacts.T:
                allowed &= ~table.against_substances[drug, column]
            given[:, line] = np.where((given[:, line] < 0) & allowed, drug, given[:, line])
        left_out = table.optional[stays.condition, line] & (number >= 1 << 15)
        given[left_out, line] = -1
    stay, where = np.nonzero(given >= 0)
    drug = given[stay, where]
    paediatric = np.array([drug.child is not None for drug in table.drugs])
    return Prescribed(stay, drug, (stays.age[stay] <= ADULT) & paediatric[drug])
