"""The words of a report around a verdict: what each says, whatever the language.

To add a language, write its :class:`Labels` in a file and add a line to ``LABELS`` in ``view.py``; the verdict's own
texts are worded where it is judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from honeytokens.model import Authenticity, Field, Standing, StoryField


@dataclass(frozen=True, slots=True)
class Labels:
    """Words and templates of one language; a name in braces is filled with what is already worded."""

    title: str
    judged: str
    confidential: str
    read: str

    authenticity: str
    authenticities: Mapping[Authenticity, str]
    error_below: str

    where: str
    where_caption: str
    establishment: str
    standing: str
    standings: Mapping[Standing, str]
    hits_of_present: str
    of: str
    error: str
    below: str
    why: str
    no_establishment: str

    when: str
    when_unknown: str
    window: str
    snapshots: str
    timeline: str
    timeline_text: str
    timeline_window: str
    timeline_part: str

    evidence: str
    evidence_caption: str
    evidence_none: str
    decoy: str
    strength: str
    bits: str
    by_chance: str
    by_chance_many: str
    fields: str
    field_names: Mapping[Field | StoryField, str]
    place: str
    line: str
    row: str
    offset: str
    held: str
    held_from: str
    held_until: str
    version: str
    more_places: str
    more_rows: str
    set_aside: str

    leads: str
    leads_caption: str
    leads_text: str
    leads_none: str

    unread: str
    unread_caption: str
    unread_none: str
    reason: str

    next: str
    counsel: str
    steps: Mapping[Authenticity, tuple[str, ...]]
