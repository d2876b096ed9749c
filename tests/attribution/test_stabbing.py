from __future__ import annotations

from datetime import timedelta
from itertools import combinations_with_replacement

from cases import START
from hypothesis import given, settings
from hypothesis import strategies as st

from honeytokens.attribution.stabbing import Span, windows

HOURS = st.tuples(st.integers(0, 9), st.integers(1, 5)).map(lambda pair: (pair[0], pair[0] + pair[1]))


def moment(hour: int) -> Span:
    return Span(START + timedelta(hours=hour), START + timedelta(hours=hour + 1))


@settings(deadline=None)
@given(st.lists(HOURS, min_size=1, max_size=5))
def test_against_every_choice_of_moments(spans: list[tuple[int, int]]) -> None:
    found = windows([Span(START + timedelta(hours=a), START + timedelta(hours=b)) for a, b in spans])
    for count in range(1, len(spans) + 1):
        # Spans have whole hours, so a moment is any of the hours 0 to 14.
        choices = [
            choice
            for choice in combinations_with_replacement(range(15), count)
            if all(any(a <= hour < b for hour in choice) for a, b in spans)
        ]
        if choices:
            break
    assert len(found) == count
    for i, window in enumerate(found):
        hours = [choice[i] for choice in choices]
        assert window == Span(moment(min(hours)).start, moment(max(hours)).end)


def test_spans_that_only_touch_share_no_moment() -> None:
    assert len(windows([moment(1), moment(2)])) == 2
