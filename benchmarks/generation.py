"""Decoys a CPU second, to CSV and to Parquet, beside the two best-known makers of fake people with the same fields."""

from __future__ import annotations

import csv
import importlib
import importlib.util
import io
import os
import time
from collections.abc import Callable
from datetime import date
from functools import partial

os.environ.setdefault("POLARS_MAX_THREADS", "1")  # read when polars is first loaded

from faker import Faker

from honeytokens.workflows.generate import GenerateRequest, generate_demo

OURS = 200_000
THEIRS = 5_000
FIELDS = "first name, surname, sex, birth date, street, postcode, town, phone, e-mail, national number"


def per_second(make: Callable[[], object], count: int) -> float:
    """Return the best of five runs, in records a CPU second."""
    make()
    best = 0.0
    for _ in range(5):
        start = time.process_time()
        make()
        best = max(best, count / (time.process_time() - start))
    return best


def ours(format_name: str) -> None:
    """All fourteen columns, keyed, from ranges reserved for fiction."""
    generate_demo(GenerateRequest(OURS, "fr_fr", "75014", date(2026, 1, 1)), format_name, io.BytesIO())


def faker() -> None:
    """The ten fields, from Faker."""
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


def mimesis() -> None:
    """Nine of the fields, from mimesis: it knows no French social security number."""
    fake = importlib.import_module("mimesis").Generic("fr")
    person, address = fake.person, fake.address
    writer = csv.writer(io.StringIO())
    for _ in range(THEIRS):
        writer.writerow(
            (
                person.first_name(),
                person.last_name(),
                person.gender(),
                person.birthdate(),
                address.address(),
                address.postal_code(),
                address.city(),
                person.phone_number(),
                person.email(),
            )
        )


def run() -> None:
    """Print every rate, and ours as a multiple of theirs."""
    print(f"The same fields: {FIELDS}")
    rates = {name: per_second(partial(ours, name), OURS) for name in ("csv", "parquet")}
    peers: dict[str, Callable[[], None]] = {"Faker fr_FR, CSV": faker, "mimesis fr, 9 of them, CSV": mimesis}
    if importlib.util.find_spec("mimesis") is None:
        print("*** SKIPPED: mimesis is not installed, so nothing is known of it. Run: pip install mimesis ***")
        peers.popitem()
    for name, rate in rates.items():
        print(f"{f'honeytokens generate --demo, {name}:':36}{rate:>10,.0f} records a CPU second")
    for peer, make in peers.items():
        theirs = per_second(make, THEIRS)
        ratios = ", ".join(f"{rate / theirs:.1f} ({name})" for name, rate in rates.items())
        print(f"{peer + ':':36}{theirs:>10,.0f} records a CPU second; ours is {ratios} times that")
