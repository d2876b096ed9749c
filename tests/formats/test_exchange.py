"""What both exchange standards share: countries, the clock, what is chronic, random identifiers."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from uuid import UUID

import pytest

from honeytokens.errors import UnknownNameError
from honeytokens.exchange import country, is_chronic, on_the_clock, random_uuids
from honeytokens.locales import codes


@pytest.mark.parametrize("locale", codes())
def test_the_country_of_every_locale_is_known(locale: str) -> None:
    assert country(locale).alpha2 == locale[3:].upper()


def test_another_country_is_refused_by_name() -> None:
    with pytest.raises(UnknownNameError, match="locale de_at"):
        country("de_at")


@pytest.mark.parametrize(
    ("locale", "finess", "expected"),
    [
        ("fr_fr", "750000018", "urn:oid:1.2.250.1.71.4.2.2.1750000018"),
        ("fr_fr", "010000024", "urn:oid:1.2.250.1.71.4.2.2.1010000024"),
        ("fr_fr", "2A0000014", None),
        ("fr_fr", None, None),
        ("en_gb", None, "https://fhir.nhs.uk/Id/local-patient-identifier"),
        ("fr_be", "750000018", None),
        ("fr_lu", None, None),
        ("en_us", None, None),
    ],
)
def test_the_system_of_a_sites_own_numbers(locale: str, finess: str | None, expected: str | None) -> None:
    assert country(locale).local_id_system(finess) == expected


@pytest.mark.parametrize(("icd10", "expected"), [("I10", True), ("H25.9", False), ("Z99.9", False)])
def test_what_stays_after_the_visit(icd10: str, expected: bool) -> None:
    assert is_chronic(icd10) == expected


@pytest.mark.parametrize(
    ("locale", "local", "expected"),
    [
        ("fr_fr", "2024-01-01T12:00", "2024-01-01T12:00:00+01:00"),
        ("fr_fr", "2024-07-01T02:00", "2024-07-01T02:00:00+02:00"),
        ("fr_fr", "2024-03-31T02:30", "2024-03-31T03:30:00+02:00"),
        ("fr_fr", "2024-10-27T02:30", "2024-10-27T02:30:00+02:00"),
        ("en_gb", "2024-03-31T01:30", "2024-03-31T02:30:00+01:00"),
        ("en_gb", "2024-03-31T02:30", "2024-03-31T02:30:00+01:00"),
    ],
)
def test_times_are_those_that_the_clock_showed(locale: str, local: str, expected: str) -> None:
    assert on_the_clock(datetime.fromisoformat(local), country(locale).zone).isoformat() == expected


def test_uuids_are_random_ones_and_distinct() -> None:
    found = list(islice(random_uuids(), 20_000))
    assert len(set(found)) == len(found)
    for text in found[:5_000]:
        assert (str(UUID(text)), UUID(text).version, UUID(text).variant) == (text, 4, "specified in RFC 4122")
    # Each of the other 122 bits is set about half the time.
    bits = [sum(UUID(text).int >> bit & 1 for text in found[:5_000]) for bit in range(128)]
    assert sum(2_250 < count < 2_750 for count in bits) == 122
