"""Public holidays of France and England, against days that calendars show."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from honeytokens.clinical.opening_days import opening_days


@pytest.mark.parametrize(
    ("french", "day", "opened"),
    [
        (True, "2024-05-09", False),  # Ascension
        (True, "2024-05-20", False),  # Whit Monday
        (True, "2025-04-21", False),  # Easter Monday
        (True, "2025-04-18", True),  # Good Friday is worked
        (True, "2025-07-14", False),
        (True, "2025-12-26", True),
        (False, "2025-04-18", False),
        (False, "2025-07-14", True),
        (False, "2021-12-27", False),  # Christmas fell on a Saturday
        (False, "2021-12-28", False),
        (False, "2022-12-27", False),  # Christmas fell on a Sunday
        (False, "2022-12-28", True),
        (False, "2020-12-28", False),  # Boxing Day fell on a Saturday
        (False, "2022-01-03", False),  # New Year's Day fell on a Saturday
        (False, "2024-08-26", False),
        (False, "2024-05-27", False),
        (True, "2024-06-01", False),  # a Saturday
    ],
)
def test_days(french: bool, day: str, opened: bool) -> None:
    assert np.is_busday(np.datetime64(date.fromisoformat(day)), busdaycal=opening_days(french=french)) == opened
