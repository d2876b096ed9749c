"""The texts that a verdict is made of: what each says, whatever the language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from honeytokens.phrasing import Phrasing


@dataclass(frozen=True, slots=True)
class Wording:
    """Templates of one language; a name in braces is filled with a figure, a date or a list that is already worded.

    No template needs a plural: numbers stand after a colon or before a noun that is always several.
    """

    phrasing: Phrasing

    # Authenticity: why.
    confirmed: str
    too_weak: str
    decoys_only: str
    strays_only: str
    strays_too: str
    nothing_planted: str
    nothing_read: str
    part_unread: str
    leads_stand_out: str
    patients_unknown: str
    not_ours: str
    too_few: str

    # Where: why.
    included: str
    excluded: str
    excluded_not_ours: str
    hits_too_weak: str
    not_established: str
    shared_only: str
    none_present: str
    more_records: str
    more_decoys: str

    # When: why.
    one_moment: str
    several_moments: str
    moment: str
    lasted: str
    backup: str
    clocks_paid: str
    weak_left_out: str
    contradictions: str

    # How much, and in what shape: why.
    recycled: str
    mixed: str
    not_sampled: str
    size_not_identifiable: str
    size_told: str
    size_numbered: str
    overlap_bounded: str
    overlap_open: str
    numbering: str
    shape_page: str
    shape_filter: str
    shape_sorted: str
    orders: Mapping[str, str]
    groups: Mapping[str, str]

    # Claims: why.
    claim_access: str
    claim_size_refuted: str
    claim_size_smaller: str
    claim_size_possible: str
    claim_site_unknown: str
    claim_time_unknown: str
    claim_time_outside: str
    claim_time_inside: str

    # Through whom: why.
    recipients_named: str
    nobody_named: str

    # The sentence: its parts, joined in this order.
    say_join: str
    say_confirmed: str
    say_mixed: str
    say_recycled: str
    say_not_ours: str
    say_undecidable: str
    say_included: str
    say_recipients: str
    say_nobody_named: str
    say_copied: str
    say_copied_repeatedly: str
    say_date_unknown: str
    say_excluded: str
    say_undecided: str
    say_unread: str
    say_no_access: str
    say_clocks: str
    say_act_as_if: str
