"""Mails and mail folders: every part in whatever wrapping, nested, damaged or encrypted."""

from __future__ import annotations

import base64
import binascii
import random
from email.message import EmailMessage
from pathlib import Path

import documents
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_helpers import kind, parts, refused
from test_document_readers import ALL, ROWS, found, places, read

from honeytokens.scanning.readers import CONTAINERS, Source

HEAD = "From: a@b.fr\nTo: c@d.fr\nMIME-Version: 1.0\n"


def mail(body: str, headers: str = "") -> bytes:
    return f"{HEAD}{headers}\n{body}".encode()


def test_parts_and_their_names() -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Hélène <a@b.fr>", "c@d.fr", "Résultats de Zoé " * 9
    message.set_content("LEBŒUF\n", charset="iso-8859-15", cte="quoted-printable")
    message.add_alternative("<p>é", subtype="html", cte="base64")
    message.add_attachment("a;é\n".encode(), maintype="text", subtype="csv", filename="Relevé n° 1.csv")
    message.add_attachment(bytes(range(256)) * 99, maintype="application", subtype="octet-stream", filename="x.bin")
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "i@j.fr", "dedans"
    inner.set_content("inner text")
    message.add_attachment(inner)
    for data in (message.as_bytes(), message.as_bytes().replace(b"\n", b"\r\n")):
        got = parts(data, "mail")
        assert b"Subject = " + ("Résultats de Zoé " * 9).strip().encode() in got["headers"]
        assert "Hélène".encode() in got["headers"]
        assert got["Relevé n° 1.csv"] == "a;é\n".encode()
        assert got["x.bin"] == bytes(range(256)) * 99
        assert {text.strip() for text in got.values()} >= {"LEBŒUF".encode(), "<p>é".encode(), b"inner text"}
        assert any(b"dedans" in text for text in got.values())


def test_decoys_wherever_they_are_in_a_mail(tmp_path: Path) -> None:
    attached = documents.mail(ROWS[5], ROWS[10:11])
    attached.add_attachment(
        documents.docx_letters(ROWS[15:16]), maintype="application", subtype="msword", filename="l.docx"
    )
    attached.add_attachment(
        documents.zipped({"in.html": documents.html_table(ROWS[20:21])}), maintype="a", subtype="b", filename="z"
    )
    outer = documents.mail(ROWS[0])
    outer.add_attachment(attached)
    result = read(tmp_path / "m.eml", outer.as_bytes())
    assert places(result) == [
        (0, "headers", 3, 3),
        (1, "part 6 headers", 3, 3),
        (2, "Liste des opérés.csv", 1, 1),
        (3, "l.docx!word/document.xml", 2, 1),
        (4, "z!in.html", 2, 1),
    ]
    assert {Path(unread.location.member or "").suffix for unread in result.unread} == {".png"}


def test_folders(tmp_path: Path) -> None:
    data = documents.mbox(ROWS, tmp_path)
    result = read(tmp_path / "sent", data)
    assert found(result) == ALL
    assert [place[:2] for place in places(result)] == [(n, f"message {5 * n + 1}/part 1.txt") for n in sorted(ALL)]
    cut = len(data) * 2 // 3
    assert found(read(tmp_path / "cut", data[:cut])) >= {0, 1, 2, 3, 4, 5, 6}
    assert found(read(tmp_path / "rest", data[cut:])) >= {9, 10, 11}


def test_from_lines_in_texts() -> None:
    text = (
        "From a@b.fr Tue Mar 19 09:41:00 2024\nSubject: x\n\n>From the start\n>>From\n\nFrom that day on\n\nFrom: y\n"
    )
    got = parts(text * 2, "mail")
    body = b"From the start\n>>From\n\nFrom that day on\n\nFrom: y\n"
    assert got["message 1/part 1.txt"] == got["message 2/part 1.txt"] == body


def uuencoded(data: bytes) -> str:
    lines = (binascii.b2a_uu(data[n : n + 45]).decode() for n in range(0, len(data), 45))
    return f"begin 644 list.csv\n{''.join(lines)}`\nend\n"


def test_uuencode() -> None:
    data = random.Random(1).randbytes(1000)
    got = parts(mail(f"before\n{uuencoded(data)}after\nbegin 2024 well\n"), "mail")
    assert got["list.csv"] == data
    assert (got["part 1.txt"], got["part 3.txt"]) == (b"before\n", b"after\nbegin 2024 well\n")
    declared = mail(uuencoded(data), "Content-Transfer-Encoding: x-uuencode\n")
    assert parts(declared, "mail")["list.csv"] == data


@pytest.mark.parametrize("name", ["=?utf-8?B?w6nDqA==?=.csv", "=?iso-8859-15?Q?=E9=E8?=.csv", "éè.csv"])
def test_names_of_attachments(name: str) -> None:
    got = parts(mail("a;b\n", f'Content-Type: text/csv;\n\tname="{name}"\n'), "mail")
    assert got["éè.csv"] == b"a;b\n"


def test_charsets() -> None:
    for charset, text in (("koi8-r", "Пётр"), ("iso-8859-15", "LEBŒUF"), ("gb18030", "王芳"), ("utf-8", "Zoé")):
        body = base64.encodebytes(f"{text}\n".encode(charset)).decode()
        got = parts(
            mail(body, f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: BASE64\n"), "mail"
        )
        assert got["part 1.txt"].decode().strip() == text


PARTS = [(f"p{n}", random.Random(n).randbytes(300)) for n in range(6)]


def multipart() -> bytes:
    """Written by hand: two levels, the inner one with a boundary that the outer one's begins with."""
    body = ""
    for index, (name, data) in enumerate(PARTS):
        boundary = "--xy" if index % 2 else "--x"
        body += f"{boundary}\nContent-Type: application/x\nContent-Transfer-Encoding: base64\n"
        body += f"Content-Disposition: attachment; filename={name}\n\n{base64.encodebytes(data).decode()}"
    return mail(f"preamble\n{body}--x--\nepilogue\n", "Content-Type: multipart/mixed; boundary=x\n")


def test_boundaries_missing_or_unknown() -> None:
    assert {name: data for name, data in parts(multipart(), "mail").items() if name in dict(PARTS)} == dict(PARTS)
    without = multipart().replace(b"; boundary=x", b"").replace(b"multipart/mixed", b"multi")
    got = parts(without, "mail")
    assert {name: got[name].partition(b"epilogue")[0] for name, _ in PARTS[:-1]} == dict(PARTS[:-1])


@given(damage=st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=2))
def test_damage_costs_no_other_part(damage: list[tuple[float, int]]) -> None:
    data = bytearray(multipart())
    for share, byte in damage:
        data[int(share * len(data))] = byte
    if kind(bytes(data)) != "mail":
        return
    got = b"".join(parts(bytes(data), "mail").values())
    assert sum(content not in got for _, content in PARTS) <= 2 * len(damage)


@given(data=st.binary(max_size=400), headers=st.text("abc-:;=\"'*%?B Q\n\t/0é", max_size=120))
def test_survives_any_bytes(data: bytes, headers: str) -> None:
    for text in (
        data,
        mail("", f"Content-Type: {headers}\n") + data,
        f"{HEAD}Content-Disposition: {headers}\n\n".encode(),
    ):
        parts(text, "mail")
        parts(text + b"\nFrom a Tue Mar 19 09:41:00 2024\n" + text, "mail")


def test_damaged_base64_goes_on_after_the_damage() -> None:
    lines = base64.encodebytes(b"".join(b"%06d;" % n for n in range(200))).splitlines()
    lines[3] = lines[3][:5] + b"\xff" + lines[3][6:]
    lines.insert(6, b"-- sent by a list, with words --")
    got = parts(
        mail("\n".join(line.decode("latin-1") for line in lines), "Content-Transfer-Encoding: base64\n"), "mail"
    )
    assert b"000199;" in got["part 1.txt"]
    assert b"with words" in got["part 1.txt"]


def test_encrypted_mails_and_those_of_outlook(tmp_path: Path) -> None:
    sealed = mail("AAAA\n", "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\n")
    assert ["decrypt it" in unread.reason for unread in refused(sealed, "mail")] == [True]
    message = EmailMessage()
    message["From"], message["Subject"] = "a@b.fr", "x"
    message.add_attachment(
        b"\x78\x9f\x3e\x22" + bytes(90), maintype="application", subtype="ms-tnef", filename="winmail.dat"
    )
    (unread,) = read(tmp_path / "m.eml", message.as_bytes()).unread
    assert unread.location.member == "winmail.dat"
    assert "winmail.dat" in unread.reason
    (unread,) = read(tmp_path / "m.pst", b"!BDN" + bytes(600)).unread
    assert "readpst" in unread.reason


def test_nothing_is_read_twice_or_skipped_when_members_are_not_read() -> None:
    opened = CONTAINERS["mail"].members
    data = documents.mail(ROWS[0], ROWS[:3]).as_bytes()
    from reading_helpers import source

    assert [one.member for one in opened(source(data)) if isinstance(one, Source)] == list(parts(data, "mail"))
