"""Identities a CPU second: ours to CSV, beside Faker filling the same ten fields."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable
from datetime import date

from faker import Faker

from honeytokens.formats import get
from honeytokens.workflows.generate import GenerateRequest, generate_demo

OURS = 100_000
THEIRS = 3_000


def per_second(make: Callable[[], None], count: int) -> float:
    """Return the best of three runs, in records a CPU second."""
    best = 0.0
    for _ in range(3):
        start = time.process_time()
        make()
        best = max(best, count / (time.process_time() - start))
    return best


def ours() -> None:
    """Ten fields and more, keyed, from ranges reserved for fiction."""
    generate_demo(GenerateRequest(OURS, "fr_fr", "75014", date(2026, 1, 1)), "csv", io.BytesIO())


def faker() -> None:
    """The same ten fields, from Faker."""
    fake = Faker("fr_FR")
    writer = csv.writer(io.StringIO())
    for _ in range(THEIRS):
        writer.writerow(
            (
                fake.first_name(),
                fake.last_name(),
                fake.random_element("MF"),
                fake.date_of_birth(),
                fake.street_address(),
                fake.postcode(),
                fake.city(),
                fake.phone_number(),
                fake.email(),
                fake.ssn(),
            )
        )


def run() -> None:
    """Print both rates and their ratio."""
    get("csv")
    ours()
    mine, peer = per_second(ours, OURS), per_second(faker, THEIRS)
    print(f"honeytokens generate --demo, CSV: {mine:,.0f} records a CPU second")
    print(f"Faker fr_FR, ten fields, CSV:     {peer:,.0f} records a CPU second")
    print(f"ratio: {mine / peer:.1f}")
