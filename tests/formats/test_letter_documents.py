"""Letters as PDF and DOCX: whole when opened by others, each different in its bytes, with nothing that tells them."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import docx
import letter_reading
import pypdfium2
import pytest
from exchange_cases import DOCTORS, ORIGINS, STORY, every_kind, frame, made, written
from exchange_cases import letters_of as letters

from honeytokens.formats import Batch, Origin
from honeytokens.formats.pdf_pages import A4, Pages, broken, width

LINES = {"pdf": letter_reading.pdf_lines, "docx": letter_reading.docx_lines}
FR = ORIGINS["fr_fr"]
_PARIS = ZoneInfo("Europe/Paris")


def everything(content: bytes) -> bytes:
    """Return all that is in a document, unpacked."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return b"".join(archive.read(name) for name in archive.namelist())
    return content


@pytest.mark.parametrize("name", LINES)
@pytest.mark.parametrize(("locale", "kind"), every_kind())
def test_each_letter_says_what_the_story_says(name: str, locale: str, kind: str) -> None:
    batch = made(locale, kind, 40)
    members = letter_reading.members(written(name, batch, origin=ORIGINS[locale]))
    people = zip(batch.identities.iter_rows(named=True), batch.letters, strict=True)
    meant = [(person, one) for person, several in people for one in several]
    assert len(members) == len(meant) > 30
    for (path, content), (person, one) in zip(members.items(), meant, strict=True):
        assert re.fullmatch(rf"{one.written:%Y%m%d}_[A-Z-]+_[A-Za-z-]+_\d+\.{name}", path)
        text = " ".join(" ".join(LINES[name](content)).split())
        said = [ORIGINS[locale].establishment, one.title, *one.paragraphs[:-1], *one.paragraphs[-1].split("\n")]
        town = [person["postcode"], person["town"]][:: 1 if locale == "fr_fr" else -1]
        said += [f"{person['street']}, {' '.join(town)}", person["local_id"], person["phone"]]
        assert [part for part in said if part and part not in text] == []


@pytest.mark.parametrize("name", LINES)
def test_letters_differ_in_their_bytes_and_share_no_mark(name: str) -> None:
    batch = made("fr_fr", "pools", 60)
    found = [*letter_reading.members(written(name, batch, batch, origin=FR)).values()]
    assert len(set(found)) == len(found)
    for content in found:
        assert not re.search(rb"(?i)reportlab|python-docx|honey|decoy|pdfium|fpdf", everything(content))
        assert b"/Producer" not in content


@pytest.mark.parametrize("name", LINES)
def test_a_letter_was_made_on_its_day_in_working_hours(name: str) -> None:
    batch = made("fr_fr", "pools", 60)
    archive = written(name, batch, origin=FR)
    days = [one.written for several in batch.letters for one in several]
    times = set()
    for day, content in zip(days, letter_reading.members(archive).values(), strict=True):
        at = _made(name, content)
        assert at.date() == day
        assert 8 <= at.hour < 18
        times.add(at.time())
    assert len(times) > len(days) * 0.8, "no burst of one moment"
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert [date(*info.date_time[:3]) for info in opened.infolist()] == days


def _made(name: str, content: bytes) -> datetime:
    if name == "docx":
        properties = docx.Document(io.BytesIO(content)).core_properties
        assert properties.created < properties.modified
        local: datetime = properties.modified.replace(tzinfo=UTC).astimezone(_PARIS)
        assert (properties.author, properties.last_modified_by, properties.comments) == ("", "", "")
        return local
    found = pypdfium2.PdfDocument(content).get_metadata_dict()
    assert {key for key, value in found.items() if value} == {"Title", "CreationDate", "ModDate"}
    stamp = found["CreationDate"].replace("'", "")
    assert stamp == found["ModDate"].replace("'", "")
    return datetime.strptime(stamp, "D:%Y%m%d%H%M%S%z")


@pytest.mark.parametrize("name", LINES)
def test_a_link_is_there_only_when_it_is_asked_for(name: str) -> None:
    batch = made("fr_fr", "pools", 20)
    links = [link for link, several in zip(batch.identities["web_link"], batch.letters, strict=True) for _ in several]
    without = letter_reading.members(written(name, batch, origin=FR)).values()
    assert not any(b"resultats-tilleuls" in everything(content) or b"/URI" in content for content in without)
    asked = letter_reading.members(written(name, batch, origin=replace(FR, beacon=True))).values()
    for link, content in zip(links, asked, strict=True):
        assert LINES[name](content)[-1] == f"Vos documents et vos rendez-vous : {link}"
        assert everything(content).count(link.encode()) >= 1
    none = made("fr_fr", "demo", 5)
    for content in letter_reading.members(written(name, none, origin=replace(FR, beacon=True))).values():
        assert b"URI" not in content


@pytest.mark.parametrize("name", LINES)
def test_awkward_letters_and_the_doctor_who_signs(name: str) -> None:
    people = frame([{"surname": "L'Hôte & <Łuk>", "first_name": "Zoé (Aimée) \\ \x00", "birth_name": "Œil"}])
    story = replace(STORY, stays=tuple(replace(stay, practitioner=DOCTORS[2]) for stay in STORY.stays))
    story = replace(story, vitals=story.vitals + story.vitals)
    batch = Batch(people, [story], letters(people, [story], "fr"))
    for content in letter_reading.members(written(name, batch)).values():
        lines = LINES[name](content)
        folded = "<ŁUK>" if name == "docx" else "<LUK>"
        assert any(line.startswith(f"Madame L'HÔTE & {folded} Zoé (Aimée) \\") and "née ŒIL" in line for line in lines)
        assert "Dr Úna O'Dowd" in lines


def test_american_letters_are_on_american_paper() -> None:
    batch = made("en_gb", "demo", 3)
    for locale, wide in (("en_us", 612), ("en_gb", 595)):
        content = written("pdf", batch, origin=Origin(locale, date(2026, 11, 1)))
        sizes = {pypdfium2.PdfDocument(one)[0].get_size()[0] for one in letter_reading.members(content).values()}
        assert sizes == {wide}


def test_long_text_goes_on_over_lines_and_pages() -> None:
    words = [f"mot{number}" for number in range(3_000)]
    pages = Pages(A4)
    pages.text(" ".join(words))
    content = pages.file("Essai", datetime(2026, 3, 1, tzinfo=UTC))
    document = pypdfium2.PdfDocument(content)
    assert len(document) > 2
    assert " ".join(letter_reading.pdf_lines(content)).split() == words
    assert all(width(line, 10, bold=True) <= 200 for line in broken(" ".join(words), 10, 200, bold=True))
    assert broken("x" * 500, 10, 100) == ["x" * 500], "a word that is too long stands alone"
