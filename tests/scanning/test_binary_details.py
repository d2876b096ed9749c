"""What is particular to one binary format: how cells are shown, what is never run, what is said to be unread."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import os
import signal
import sqlite3
import stat
from decimal import Decimal
from pathlib import Path

import binary_documents as documents
import openpyxl
import polars as pl
import pypdfium2
import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen import canvas
from test_binary_readers import Found, from_disk, read, records, unread

from honeytokens.model import Unread
from honeytokens.scanning.readers import Source
from honeytokens.scanning.readers.isolation import found_in
from honeytokens.scanning.readers.streams import Budget, ByteStream

HALF_PAST_TEN = dt.datetime(1961, 3, 4, 10, 30)  # noqa: DTZ001 - the time of a cell has no zone


def on_disk(path: Path, data: bytes) -> Found:
    return [pair if isinstance(pair, Unread) else pair[1] for pair in from_disk(path, data)]


def workbook(**cells: object) -> list[str]:
    """Return the fields of a row with these cells, each of a value or of a value and its format."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for place, value in cells.items():
        sheet[place] = value[0] if isinstance(value, tuple) else value
        if isinstance(value, tuple):
            sheet[place].number_format = value[1]
    found = read(documents.saved(book))
    assert not unread(found)
    return [field for record in records(found) for field in record.fields]


@pytest.mark.parametrize(
    ("value", "fields"),
    [
        (612345678, ["612345678"]),
        (161037512345678, ["161037512345678"]),
        (1.5, ["1.5"]),
        ("0612345678", ["0612345678"]),
        ((22344, "dd/mm/yyyy"), ["1961-03-04", "22344"]),
        ((21000, "dd/mm/yyyy"), ["1957-06-29", "21000"]),
        (HALF_PAST_TEN, ["1961-03-04 10:30:00", "22344.4375"]),
        (dt.time(10, 30), ["10:30:00"]),
        (True, ["True"]),
    ],
)
def test_cells_of_a_workbook(value: object, fields: list[str]) -> None:
    assert workbook(A1=value) == fields


def test_sheets_that_nobody_sees_and_rows_far_down() -> None:
    book = openpyxl.Workbook()
    hidden = book.create_sheet("caché")
    hidden.sheet_state = "veryHidden"
    hidden["C5000"] = "DUPONT"
    book.create_chartsheet("graphe")
    (record,) = records(read(documents.saved(book)))
    assert (record.part, record.row, record.fields) == ("caché", 5000, ("DUPONT",))


def test_a_workbook_without_its_end_still_shows_its_texts() -> None:
    data = documents.xlsx([["0612345678", "KERGUELEN", "Maëlle"], ["0698765432", "MARTIN", "Jean"]])
    found = read(data[:-200])
    assert len(unread(found)) == 1
    assert {"0612345678", "0698765432"} <= {field for record in records(found) for field in record.fields}
    assert {str(record.part).partition("/")[0] for record in records(found)} == {"xl"}


def test_text_of_a_word_document_of_before_2007() -> None:
    text = "Dr Müller, cœur: DUPONT Jean né le 04/03/1961".encode("cp1252")
    wide = "KERGUELEN Maëlle".encode("utf-16-le")
    found = read(documents.compound_file("WordDocument", b"\0\1" * 40 + text + b"\0\0\3" + wide + b"\xff\xff"))
    assert len(unread(found)) == 1
    fields = [field for record in records(found) for field in record.fields]
    assert "Dr Müller, cœur: DUPONT Jean né le 04/03/1961" in fields
    assert "KERGUELEN Maëlle" in fields


HOSTILE = """
create table "we""ird; --" ("a""b" text, doubled text as ("a""b" || 1) virtual, kept text as (1 + 1) stored);
insert into "we""ird; --" values ('DUPONT');
create table notes (id integer primary key, note);
insert into notes values (7, x'44c3a97061727400'), (8, x'89504e470d0a00ff00'), (9, 61.0);
insert into notes values (10, x'ff00' || 'NOM DE FAMILLE');
create view endless as with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n;
create trigger tr after insert on notes begin delete from notes; end;
create virtual table words using fts5(body);
insert into words values ('Kerguelen Maëlle');
create table computed (a text, heavy blob generated always as (zeroblob(900000000)) virtual);
insert into computed (a) values ('MARTIN');
"""


def test_a_database_is_read_and_not_run(tmp_path: Path) -> None:
    data = documents.database(HOSTILE)
    for found in (read(data), on_disk(tmp_path / "a.db", data)):
        assert not unread(found)
        fields = {(record.part, record.row, record.fields) for record in records(found)}
        assert ('we"ird; --', 1, ("DUPONT", "2")) in fields
        assert ("notes", 1, ("7", "Départ")) in fields
        assert ("notes", 3, ("9", "61")) in fields
        assert ("notes", 4, ("10", "ÿ\0NOM DE FAMILLE")) in fields
        assert ("words_content", 1, ("1", "Kerguelen Maëlle")) in fields
        assert ("computed", 1, ("MARTIN",)) in fields


def test_a_database_in_use(tmp_path: Path) -> None:
    path = tmp_path / "live #1?.db"
    live = sqlite3.connect(path)
    live.executescript("pragma journal_mode = wal; create table t (a); insert into t values ('first');")
    live.execute("pragma wal_checkpoint(truncate)")
    live.executescript("insert into t values ('KERGUELEN');")
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in (path, Path(f"{path}-wal")):
        (copy / file.name).write_bytes(file.read_bytes())
    live.close()
    copy.chmod(stat.S_IRUSR | stat.S_IXUSR)
    found = on_disk(copy / path.name, (copy / path.name).read_bytes())
    assert "-wal" in unread(found)[0]
    assert [record.fields for record in records(found)] == [("first",)]
    assert len(list(copy.iterdir())) == 2
    changes = read((copy / f"{path.name}-wal").read_bytes())
    assert ("KERGUELEN",) in [record.fields for record in records(changes)]
    assert not unread(read((copy / path.name).read_bytes()))
    copy.chmod(stat.S_IRWXU)


def test_a_database_with_a_page_overwritten() -> None:
    rows = [[str(number), f"NOM{number:05d}", "Jean"] for number in range(2000)]
    data = bytearray(documents.sqlite(rows))
    data[8192:12288] = b"\xff" * 4096
    found = read(bytes(data))
    seen = {record.fields[1] for record in records(found) if len(record.fields) == 3}
    assert len(unread(found)) == 1
    assert 1700 < len(seen & {row[1] for row in rows}) < 2000


def test_types_of_parquet() -> None:
    out = io.BytesIO()
    frame = pl.DataFrame(
        {
            "whole": [612345678.0, None],
            "day": [dt.date(1961, 3, 4), None],
            "time": [HALF_PAST_TEN, HALF_PAST_TEN.replace(hour=0, minute=0)],
            "nested": [{"name": "DUPONT", "phones": ["0612345678", "0123456789"]}, {"name": None, "phones": []}],
            "bytes": ["Zoé".encode(), b"\xff\0\0"],
            "price": [Decimal("1.50"), Decimal(2)],
            "kind": pl.Series(["a", "b"], dtype=pl.Categorical),
            "many": pl.Series([[1, 2], [3, 4]], dtype=pl.Array(pl.Int64, 2)),
        }
    )
    frame.write_parquet(out)
    one, two = records(read(out.getvalue()))
    assert one.fields == (
        *("612345678", "1961-03-04", "1961-03-04 10:30:00", "DUPONT", "0612345678", "0123456789"),
        *("Zoé", "1.50", "a", "1", "2"),
    )
    assert two.fields == ("", "", "1961-03-04", "", "", "2.00", "b", "3", "4")
    assert (one.row, two.row) == (1, 2)


def drawn(*lines: str, encrypt: StandardEncryption | None = None) -> bytes:
    out = io.BytesIO()
    page = canvas.Canvas(out, encrypt=encrypt)
    for number, line in enumerate(lines):
        page.drawString(50, 700 - 20 * number, line)
    page.save()
    return out.getvalue()


def test_a_letter_spread_over_lines() -> None:
    found = records(read(drawn("Madame Maëlle KERGUELEN", "née le 04/03/1961", "12 rue des Lilas", "29200 BREST")))
    on_page = [record for record in found if record.part == "page 1"]
    assert (on_page[1].fields, on_page[1].line) == (("née le 04/03/1961",), 2)
    assert any(len(record.fields) == 4 and record.line == 1 for record in on_page)


def test_encrypted_documents() -> None:
    data = drawn("KERGUELEN", encrypt=StandardEncryption("secret", canPrint=0))
    assert "encrypted" in unread(read(data))[0]
    assert "encrypted" in unread(read(data, passwords=("wrong",)))[0]
    found = read(data, passwords=("wrong", "sécret\0", "secret"))
    assert not unread(found)
    assert any("KERGUELEN" in record.fields for record in records(found))
    owned = read(drawn("KERGUELEN", encrypt=StandardEncryption("", ownerPassword="secret", canPrint=0)))
    assert any("KERGUELEN" in record.fields for record in records(owned))


def test_forms_remarks_and_bookmarks() -> None:
    out = io.BytesIO()
    page = canvas.Canvas(out)
    page.drawString(100, 700, "Nom:")
    page.acroForm.textfield(name="nom", value="KERGUELEN Maëlle", x=150, y=690, width=200)
    page.textAnnotation("rappeler au 0612345678", Rect=[0, 0, 10, 10])
    page.bookmarkPage("p")
    page.addOutlineEntry("Dossier de M. MARTIN", "p")
    page.setTitle("Liste de Mme DURAND")
    page.save()
    fields = {field for record in records(read(out.getvalue())) for field in record.fields}
    assert {"KERGUELEN Maëlle", "rappeler au 0612345678", "Dossier de M. MARTIN", "Liste de Mme DURAND"} <= fields


def test_pictures_and_attached_files_are_said_to_be_unread() -> None:
    out = io.BytesIO()
    page = canvas.Canvas(out)
    page.drawInlineImage(pypdfium2.PdfBitmap.new_native(30, 30, 4).to_pil(), 0, 0, 500, 500)
    page.showPage()
    page.drawString(50, 700, "a page of text, long enough to be one")
    page.save()
    document = pypdfium2.PdfDocument(out.getvalue())
    document.new_attachment("list.csv").set_data(b"nom;prenom")
    saved = io.BytesIO()
    document.save(saved)
    found = read(saved.getvalue())
    assert [("picture" in reason, "attached" in reason) for reason in unread(found)] == [(True, False), (False, True)]
    assert [each.location.member for each in found if isinstance(each, Unread)] == ["in.zip!it!page 1", "in.zip!it"]


def test_a_page_that_would_be_drawn_for_ever() -> None:
    """Ten drawings that each show the one before ten times: ten thousand million words."""
    objects = ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>"]
    objects.append("<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</XObject<</X 15 0 R>>>>>>")
    objects.append("<</Length 5>>stream\n/X Do\nendstream")
    font = "/Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>"
    for level in range(11):
        shown = "BT /F 9 Tf (word) Tj ET" if level == 0 else "/X Do " * 10
        inner = font if level == 0 else f"/XObject<</X {4 + level} 0 R>>"
        kind = f"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<<{inner}>>"
        objects.append(f"<<{kind}/Length {len(shown)}>>stream\n{shown}\nendstream")
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += f"{number} 0 obj{content}endobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    count = len(objects) + 1
    end = f"xref\n0 {count}\n0000000000 65535 f \n{table}trailer<</Root 1 0 R/Size {count}>>\n"
    end += f"startxref\n{len(body)}\n%%EOF"
    budget = Budget(0)
    budget.seconds = 2
    assert "than is safe" in unread(read(body + end.encode(), budget))[0]


def servers() -> list[int]:
    """Return the processes that parse for this one."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
            if parent == str(os.getpid()) and b"parser_process" in (process / "cmdline").read_bytes():
                found.append(int(process.name))
    return found


def test_the_process_apart_is_told_nothing() -> None:
    read(drawn("x"))
    environment = Path(f"/proc/{servers()[0]}/environ").read_bytes()
    told = {entry.partition(b"=")[0] for entry in environment.split(b"\0") if entry}
    assert told == {b"POLARS_MAX_THREADS", b"ORT_DISABLE_TELEMETRY"}


@pytest.mark.parametrize(
    ("message", "understood"),
    [
        (b'[["a"], null, 1, null, "p"]', True),
        (b'{"reason": "r", "part": null}', True),
        *(
            (text, False)
            for text in (b"", b"[", b"7", b"[1]", b'[["a"], "x", 1, 2, 3]', b"{}", b"[[], 1, 2, 3, 4, 5]", b"\xff")
        ),
    ],
)
def test_what_a_parser_says_is_not_trusted(message: bytes, understood: bool) -> None:
    source = Source("a.pdf", None, ByteStream(io.BytesIO(), Budget(0)))
    assert (found_in(source, message) is not None) is understood


def test_a_server_that_died_is_replaced() -> None:
    read(drawn("x"))
    assert servers()
    for process in servers():
        os.kill(process, signal.SIGKILL)
    assert not unread(read(drawn("KERGUELEN")))
