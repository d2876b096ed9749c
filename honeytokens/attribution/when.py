"""When the records were copied.

Each hit says when its values stood in a system: from its planting to its withdrawal, or, where the version of its
stamped field was read, from the start of the write of that version to the end of the next write. One copy at one moment
must lie in all of these spans; where none does, the least number of moments that do is told.

A moment that fits only because it falls within a write is not believed: two copies, before and after, explain as much,
and so do a table that keeps old values and a copying that lasted. The spans are then cut to where each version surely
stood alone, so that the window covers both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from honeytokens.attribution.case import Case
from honeytokens.attribution.stabbing import Span, windows
from honeytokens.model import Dating, Hit, Placement, Stamp, TheftWindow

_FEWEST_LASTING = 8
"""Of fewer records, too many orders look like one copying that lasted."""

_TOLD = 4
"""How many moments are told one by one."""

_EVER = Span(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


class _Shown(NamedTuple):
    """When one version of a hit (``None``: not read) may have shown, and when it surely stood alone."""

    version: int | None
    maybe: Span
    surely: Span


def window_of(case: Case, clock_error: timedelta = timedelta()) -> TheftWindow | None:
    """Return the window of the theft, or ``None`` when no hit can be dated; wider by how wrong clocks may have been.

    Only the strongest hits are used, as many as keep the sum of their expected false alarms within the risk: the
    probability that chance put one of them there is then within the risk too (a union bound).
    """
    strong = _strong(case)
    dated: list[tuple[Hit, _Shown]] = []
    torn = 0
    for hit in strong:
        spans, coherent = _shown(hit, case)
        torn += not coherent
        dated += [(hit, span) for span in spans]
    if not dated:
        return None
    moments, cut = windows([span.maybe for _, span in dated]), windows([span.surely for _, span in dated])
    if len(cut) > len(moments):
        moments = cut
    return TheftWindow(
        earliest=_widened(_bound(moments[0].start), -clock_error),
        latest=_widened(_bound(moments[-1].end), clock_error),
        snapshots=len(moments),
        reason=_reason(
            case,
            moments,
            dated=len({hit.decoy for hit, _ in dated}),
            weak=len(case.hits) - len(strong),
            torn=torn,
            lasting=len(moments) > 1 and _lasted(dated),
            clock_error=clock_error,
        ),
        datings=tuple(_dating(hit, span) for hit, span in dated),
    )


def life(placement: Placement, now: datetime) -> Span | None:
    """Return when a placement may have stood in its system; ``None`` when its recorded times contradict each other."""
    arrived = placement.planted or placement.begun or _EVER.start
    return _span(arrived, placement.withdrawn or now)


def _strong(case: Case) -> list[Hit]:
    strong: list[Hit] = []
    budget = case.risk
    for hit in case.hits:
        budget -= hit.expected_false_alarms
        if budget < 0:
            break
        strong.append(hit)
    return strong


def _shown(hit: Hit, case: Case) -> tuple[list[_Shown], bool]:
    """Return the spans that a hit gives, one for each version read, and whether its records agree with each other."""
    places = case.lived[hit.decoy]
    lives = [span for place in places if (span := life(place, case.now))]
    if not lives:
        return [], False
    shown: list[_Shown] = []
    for version in hit.versions:
        spans = [span for place in places for span in _version_spans(place, version, case.now)]
        if spans:
            shown.append(_Shown(version, _hull([span.maybe for span in spans]), _hull([span.surely for span in spans])))
    lived = _hull(lives)
    return shown or [_Shown(None, lived, lived)], len(shown) == len(hit.versions)


def _version_spans(placement: Placement, version: int, now: datetime) -> Iterator[_Shown]:
    """Give the spans in which a placement may have shown a version, whatever the order of its stamps."""
    lived = life(placement, now)
    stamps = sorted(_writes(placement, now), key=lambda stamp: stamp.since)
    for stamp, following in zip(stamps, [*stamps[1:], None], strict=True):
        if lived is None or stamp.version != version:
            continue
        maybe = _span(max(stamp.since, lived.start), min(following.settled, lived.end) if following else lived.end)
        if maybe:
            surely = _span(max(stamp.settled, maybe.start), min(following.since, maybe.end) if following else maybe.end)
            yield _Shown(version, maybe, surely or maybe)


def _writes(placement: Placement, now: datetime) -> Sequence[Stamp]:
    """Return the stamps, and the rewriting that is under way, whose value may show already."""
    if placement.begun is None or placement.intended_version is None:
        return placement.stamps
    return (*placement.stamps, Stamp(placement.intended_version, placement.begun, now))


def _span(start: datetime, end: datetime) -> Span | None:
    return Span(start, end) if start < end else None


def _hull(spans: Sequence[Span]) -> Span:
    return Span(min(span.start for span in spans), max(span.end for span in spans))


def _bound(moment: datetime) -> datetime | None:
    return None if moment in (_EVER.start, _EVER.end) else moment


def _widened(moment: datetime | None, by: timedelta) -> datetime | None:
    return None if moment is None else moment + by


def _lasted(dated: Sequence[tuple[Hit, _Shown]]) -> bool:
    """Return whether one copying that went through the file from its first record to its last explains all.

    Then copy times rise with the place in the file: going down it, each is the latest begin so far, and must lie before
    the end of the span at hand. Of two snapshots mixed at random, n records of which k are of the later, one in
    C(n, k) stands so.
    """
    places = [
        ((at.path, at.member or ""), at.row if at.row is not None else at.line, shown)
        for hit, shown in dated
        if hit.evidence and (at := hit.evidence[0].location)
    ]
    if len({file for file, _, _ in places}) != 1 or any(number is None for _, number, _ in places):
        return False
    reached = _EVER.start
    for _, _, shown in sorted(places, key=lambda place: place[1] or 0):
        reached = max(reached, shown.surely.start)
        if reached >= shown.maybe.end:
            return False
    return len(places) >= _FEWEST_LASTING


def _dating(hit: Hit, shown: _Shown) -> Dating:
    return Dating(hit.decoy, shown.version, _bound(shown.maybe.start), _bound(shown.maybe.end))


def _reason(
    case: Case,
    moments: Sequence[Span],
    *,
    dated: int,
    weak: int,
    torn: int,
    lasting: bool,
    clock_error: timedelta,
) -> str:
    words, say = case.wording, case.wording.phrasing
    if len(moments) == 1:
        parts = [words.one_moment.format(hits=say.number(dated))]
    else:
        each = [words.moment.format(earliest=say.time(m.start), latest=say.time(m.end)) for m in moments]
        told = "; ".join(each if len(each) <= _TOLD else (*each[: _TOLD - 1], "…", each[-1]))
        parts = [words.several_moments.format(hits=say.number(dated), snapshots=say.number(len(moments)), moments=told)]
    if lasting:
        parts.append(words.lasted)
    parts.append(words.backup)
    if clock_error:
        parts.append(words.clocks_paid.format(minutes=say.number(round(clock_error.total_seconds() / 60))))
    if weak:
        parts.append(words.weak_left_out.format(hits=say.number(weak)))
    if torn:
        parts.append(words.contradictions.format(hits=say.number(torn)))
    return " ".join(parts)
