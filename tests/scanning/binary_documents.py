"""Documents in binary formats that hold a table of text, written without a look at how scanning reads them."""

from __future__ import annotations

import io
import sqlite3
import struct
import zipfile
from collections.abc import Callable, Sequence
from xml.sax.saxutils import escape

import openpyxl
import polars as pl
from reportlab.pdfgen import canvas

Rows = Sequence[Sequence[str]]

SHEET = "Patients été"


def xlsx(rows: Rows) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = SHEET
    for row in rows:
        sheet.append(list(row))
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def ods(rows: Rows) -> bytes:
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(text)}</text:p></table:table-cell>'
            for text in row
        )
        + "</table:table-row>"
        for row in rows
    )
    spaces = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    body = (
        f"<office:body><office:spreadsheet><table:table table:name='{SHEET}'>{cells}</table:table></office:spreadsheet>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = f'<m:file-entry m:full-path="/" m:media-type="{kind}"/>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr(
            "content.xml", f"<office:document-content{spaces}>{body}</office:body></office:document-content>", 8
        )
        archive.writestr(
            "META-INF/manifest.xml",
            f'<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">{manifest}</m:manifest>',
        )
    return out.getvalue()


def xls(rows: Rows) -> bytes:
    """Write BIFF8 as [MS-XLS] has it: one sheet of labels."""

    def record(kind: int, body: bytes = b"") -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    def text(value: str) -> bytes:
        encoded = value.encode("utf-16-le")
        return struct.pack("<HB", len(encoded) // 2, 1) + encoded

    begin = struct.pack("<HHHHII", 0x0600, 0, 0, 0, 0, 6)
    labels = b"".join(
        record(0x0204, struct.pack("<HHH", number, column, 0) + text(value))
        for number, row in enumerate(rows)
        for column, value in enumerate(row)
    )
    sheet = record(0x0809, begin[:2] + b"\x10" + begin[3:]) + labels + record(0x000A)
    name = struct.pack("<BB", len(SHEET), 1) + SHEET.encode("utf-16-le")
    start = record(0x0809, begin[:2] + b"\x05" + begin[3:])
    place = len(start) + len(record(0x0085, bytes(6) + name)) + len(record(0x000A))
    stream = start + record(0x0085, struct.pack("<IBB", place, 0, 0) + name) + record(0x000A) + sheet
    return compound_file("Workbook", stream)


def compound_file(name: str, stream: bytes) -> bytes:
    """Write one stream into a compound file, as [MS-CFB] has it."""
    stream = stream.ljust(4096, b"\0")  # a shorter one would have to lie in another stream
    sectors = -(-len(stream) // 512)
    used = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, sectors + 2), 0xFFFFFFFE]
    tables = -(-len(used) // 128)
    assert tables == 1
    table = struct.pack("<128I", *used, *[0xFFFFFFFF] * (128 - len(used)))

    def entry(title: str, kind: int, child: int, start: int, size: int) -> bytes:
        encoded = title.encode("utf-16-le")
        links = struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, child)
        size_and_kind = struct.pack("<HBB", len(encoded) + 2, kind, 1)
        return encoded.ljust(64, b"\0") + size_and_kind + links + bytes(36) + struct.pack("<IQ", start, size)

    folder = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry(name, 2, 0xFFFFFFFF, 2, len(stream))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack(
        "<HHHHH6xIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0
    )
    header += struct.pack("<108I", *[0xFFFFFFFF] * 108)
    return header + table + folder.ljust(512, b"\0") + stream.ljust(sectors * 512, b"\0")


def sqlite(rows: Rows) -> bytes:
    columns = ", ".join(f"c{number} text" for number in range(len(rows[0])))
    return database(f"create table patients ({columns})", ("patients", rows))


def sqlite_without_rowid(rows: Rows) -> bytes:
    columns = ", ".join(f"c{number} text" for number in range(len(rows[0])))
    return database(f"create table patients ({columns}, primary key (c0, c1)) without rowid", ("patients", rows))


def database(schema: str, *tables: tuple[str, Rows]) -> bytes:
    made = sqlite3.connect(":memory:")
    made.executescript(schema)
    for table, rows in tables:
        marks = ", ".join("?" * len(rows[0]))
        made.executemany(f'insert into "{table}" values ({marks})', rows)
    made.commit()
    data = made.serialize()
    made.close()
    return data


def parquet(rows: Rows) -> bytes:
    out = io.BytesIO()
    columns = {f"c{number}": [row[number] for row in rows] for number in range(len(rows[0]))}
    pl.DataFrame(columns).write_parquet(out, row_group_size=7)
    return out.getvalue()


def pdf(rows: Rows) -> bytes:
    """Write each row as a line of text, thirty to a page."""
    out = io.BytesIO()
    drawn = canvas.Canvas(out, pagesize=(2000, 1000))
    for number, row in enumerate(rows):
        if number and number % 30 == 0:
            drawn.showPage()
        drawn.drawString(20, 960 - 30 * (number % 30), "   ".join(row))
    drawn.save()
    return out.getvalue()


WRITERS: dict[str, Callable[[Rows], bytes]] = {
    "xlsx": xlsx,
    "ods": ods,
    "xls": xls,
    "sqlite": sqlite,
    "sqlite_without_rowid": sqlite_without_rowid,
    "parquet": parquet,
    "pdf": pdf,
}
