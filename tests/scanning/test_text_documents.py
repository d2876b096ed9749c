"""Word, OpenDocument, slides, HL7, letters and encodings: what is peculiar to each."""

from __future__ import annotations

import io
from pathlib import Path

import documents
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_helpers import fields, kind, source
from test_document_readers import ALL, INDEX, KNOWN, ROWS, found, places, read

from honeytokens.scanning import scan
from honeytokens.scanning.readers.decoding import Lines


def workbook(rows: list[dict[str, str]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row.values()))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_words_cut_into_runs_and_patients_over_paragraphs(tmp_path: Path) -> None:
    result = read(tmp_path / "l.docx", documents.docx_letters(ROWS))
    assert found(result) == ALL
    assert {place[1] for place in places(result)} == {"word/document.xml"}
    assert [unread.location.member for unread in result.unread] == ["word/media/image1.png"]


def test_headers_footers_and_comments(tmp_path: Path) -> None:
    result = read(tmp_path / "l.docx", documents.docx_elsewhere([ROWS[0], ROWS[5], ROWS[10]]))
    assert [place[:2] for place in places(result)] == [
        (0, "word/header1.xml"),
        (1, "word/footer1.xml"),
        (2, "word/comments.xml"),
    ]
    assert result.complete


def test_rows_of_tables_are_places(tmp_path: Path) -> None:
    for name in ("docx_table", "odt"):
        result = read(tmp_path / name, documents.WRITERS[name](ROWS))
        assert [place[3] for place in places(result)] == [5 * serial + 1 for serial in sorted(ALL)]
    result = read(tmp_path / "p.pptx", documents.pptx(ROWS))
    assert [place[1] for place in places(result)] == [f"ppt/slides/slide{5 * n + 1}.xml" for n in sorted(ALL)]


def test_zip_archives_of_each_kind_go_to_their_own_reader(tmp_path: Path) -> None:
    document, book = documents.docx_table(ROWS[:1]), workbook(ROWS[5:6])
    assert kind(document) == kind(documents.odt(ROWS)) == kind(documents.pptx(ROWS)) == "docx"
    plain = documents.zipped(
        {"word.csv": ";".join(ROWS[10].values()), "d.docx": document, "b.xlsx": book}, stored=["d.docx", "b.xlsx"]
    )
    assert kind(plain) == "zip"
    result = read(tmp_path / "all.zip", plain)
    assert result.complete
    assert [place[:2] for place in places(result)] == [
        (0, "d.docx!word/document.xml"),
        (1, "b.xlsx!Sheet"),
        (2, "word.csv"),
    ]
    assert found(read(tmp_path / "b.xlsx", book)) == {1}
    embedding = documents.zipped({"word/document.xml": "<a/>", "word/embeddings/book.xlsx": book})
    assert places(read(tmp_path / "d.docx", embedding))[0][:2] == (1, "word/embeddings/book.xlsx!Sheet")


def test_a_document_without_its_directory(tmp_path: Path) -> None:
    data = documents.docx_table(ROWS)
    assert found(read(tmp_path / "cut.docx", data[: data.rindex(b"PK\x01\x02") - 400])) == ALL


def test_mediboard_export_of_one_patient_per_file(tmp_path: Path) -> None:
    for row in ROWS:
        folder = tmp_path / row["local_id"]
        folder.mkdir()
        (folder / "export.xml").write_bytes(documents.mediboard(row))
    result = scan([tmp_path], KNOWN, INDEX)
    assert found(result) == ALL
    assert {place[2] for place in places(result)} == {3}
    whole = fields(documents.mediboard(ROWS[0], visits=2), "xml")
    assert any({ROWS[0]["surname"], ROWS[0]["local_id"]} <= set(record) for record in whole)


HEADER = "MSH|^~\\&|HIS|CHU|||20240319||ADT^A01|1|P|2.5"
PID = "PID|1||00123456^^^CHU&1.2&ISO^PI||DUPONT&DE^JEAN^^^M.~MARTIN^JEAN||19610304|M|||12 RUE^^DIJON^^21000||0612^PRN"
MINE = ("1", "00123456", "CHU", "1.2", "ISO", "PI", "DUPONT", "DE", "JEAN", "M.", "MARTIN", "JEAN", "19610304", "M")


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\\r", "<CR>"])
def test_hl7_message_is_one_record(end: str) -> None:
    text = end.join([HEADER, PID, "PV1|1|I", "OBX|1|TX|a||note", ""])
    for start, stop in (("", ""), ("\x0b", "\x1c\r"), ("FHS|^~\\&|x\rBHS|^~\\&|y\r", "BTS|1\rFTS|1\r")):
        (found,) = [record for record in fields(f"{start}{text}{stop}", "hl7") if "DUPONT" in record]
        place = found.index("00123456") - 1
        assert found[place : place + len(MINE)] == MINE
        assert "note" in found
        assert not {"^", "PID", ""} & set(found)


def test_hl7_escapes_separators_and_charsets() -> None:
    text = "PID|1||7||D\\T\\E \\F\\\\S\\\\R\\\\E\\^H\\XC3A9\\L\\XE8\\NE||a\\.br\\b\\H\\c\\N\\ \\Z9\\ \\\r"
    text = f"{HEADER}\r{text}MSH$#*!@$x\rPID$1$$8$$LI#ANNE*B@C!S!\r"
    found = fields(text, "hl7")
    assert {"D&E |^~\\", "HéLèNE", "a bc \\Z9\\ \\"} <= set(found[0])
    assert found[1][-5:] == ("8", "LI", "ANNE", "B", "C#")
    header = f"{HEADER}||||||8859/15\r"
    assert "LEBŒUF" in fields((header + "PID|1||7||LEBŒUF\r").encode("iso8859-15"), "hl7")[0]
    assert "LEBŒUF" in fields((header + "PID|1||7||LEBŒUF\r").encode(), "hl7")[0]


def test_hl7_of_many_values_and_many_patients() -> None:
    notes = "".join(f"OBX|{n}|TX|c{n}||v{n}\r" for n in range(300))
    found = fields(f"{HEADER}\r{PID}\r{notes}PID|2||99||PETIT^ANNE\rPV1|1\r", "hl7")
    assert all("DUPONT" in record for record in found[:-2])
    assert {f"v{n}" for n in range(300)} <= {value for record in found for value in record}
    assert found[-2] == ("2", "99", "PETIT", "ANNE", "1")


@given(data=st.text('MSHPIDOBX|^~\\&\r\n\x0b\x1cAé"1.brXF', max_size=200))
def test_hl7_loses_no_word(data: str) -> None:
    found = " ".join(
        value for record in fields(f"{HEADER}\rPID|1||7||DUPONT\rNTE|WORD|{data}|WORD2\r", "hl7") for value in record
    )
    assert "DUPONT" in found
    assert "WORD" in found
    assert "WORD2" in found or data.count("\\")


def test_letters(tmp_path: Path) -> None:
    text = "\n\n".join(documents.letter(row) + "x " * 300 for row in ROWS)
    result = read(tmp_path / "letters.txt", text.encode("cp1252"))
    assert found(result) == ALL
    card = "BEGIN:VCARD\nVERSION:3.0\nN:{surname};{first_name}\nBDAY:{birth_date}\nTEL:{phone}\nEND:VCARD\n"
    assert found(read(tmp_path / "cards.vcf", "".join(card.format(**row) for row in ROWS).encode())) == ALL


def lines(data: bytes) -> list[str]:
    opened = source(data)
    return [line.text.strip("\0") for line in Lines(opened.stream, opened.encoding, opened.sample)]


NAMES = "Hélène;LEBŒUF;1961\nMaël;Noël;1962\nA;B\n"
SPLIT = NAMES.split()
NARROW = st.sampled_from([NAMES.encode(), NAMES.encode("cp1252")])
WIDE = NAMES.replace("\n", "\r\n").encode("utf-16-le")


@given(blocks=st.lists(NARROW | st.just(WIDE), min_size=1, max_size=5))
def test_encodings_mixed_in_one_file(blocks: list[bytes]) -> None:
    """What one program writes in UTF-8 and another appends to in CP1252 or UTF-16."""
    found = lines(b"".join([NAMES.encode(), *blocks]))
    assert [line for line in found if line] == SPLIT * (len(blocks) + 1)


@pytest.mark.parametrize("mark", [b"", b"\xff\xfe"])
@pytest.mark.parametrize("odd", ["", "x"])
def test_other_encodings_in_a_file_of_utf_16(mark: bytes, odd: str) -> None:
    found = lines(mark + WIDE * 3 + f"Zoé;MARTIN;1963{odd}\nLéa;PETIT;1964\n".encode() + WIDE)
    assert [line for line in found if line.strip(odd) in {"Zoé;MARTIN;1963", "Léa;PETIT;1964"}]
    assert all(found.count(line) >= 4 for line in SPLIT[:2])


def test_letters_are_not_cut_where_lines_are() -> None:
    text = "é" * 700_000
    assert "".join(lines(b"a" + text.encode())) == "a" + text


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("<?xml version='1.0' encoding='ISO-8859-15'?><a>LEBŒUF</a>".encode("iso8859-15"), "LEBŒUF"),
        ("<?xml version='1.0' encoding='ISO-8859-15'?><a>LEBŒUF</a>".encode(), "LEBŒUF"),
        ("<?xml version='1.0' encoding='UTF-16'?><a>LEBŒUF</a>".encode(), "LEBŒUF"),
        ("<?xml version='1.0' encoding='UTF-16'?><a>LEBŒUF</a>".encode("utf-16"), "LEBŒUF"),
        ("<?xml version='1.0' encoding='koi8-r'?><a>Пётр</a>".encode("koi8-r"), "Пётр"),
        ("<?xml version='1.0' encoding='rot13'?><a>LEBŒUF</a>".encode(), "LEBŒUF"),
        ("<?xml version='1.0' encoding='nothing'?><a>LEBŒUF</a>".encode("cp1252"), "LEBŒUF"),
        ("<html><meta charset=iso-8859-2><p>Łódź".encode("iso8859-2"), "Łódź"),
    ],
)
def test_declared_encodings(data: bytes, expected: str) -> None:
    assert any(expected in record for record in fields(data, kind(data)))
