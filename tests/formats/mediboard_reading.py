"""Reads Mediboard's exports back."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from itertools import groupby
from xml.etree import ElementTree

Fields = dict[str, str]
Object = tuple[Fields, Fields]
"""The attributes of an object, and its fields."""
_VIEW = re.compile(r"(?:M\.|Mme|Enf\.) (?P<surname>.+?)(?: \((?P<birth_name>[^)]+)\))? \S+ \([MF]\)", re.DOTALL)


def exported(content: bytes) -> Iterator[tuple[str, ElementTree.Element]]:
    """Yield the path and the document of each patient of an archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            yield name, ElementTree.fromstring(archive.read(name))


def objects(document: ElementTree.Element) -> list[Object]:
    """Return the objects of a document, in order."""
    return [
        (dict(each.attrib), {field.attrib["name"]: field.text or "" for field in each.iter("field")})
        for each in document.iter("object")
    ]


def patients(content: bytes) -> list[dict[str, str | None]]:
    """Return what an archive says of each patient, by the names of our fields."""
    rows: list[dict[str, str | None]] = []
    for _, document in exported(content):
        (attributes, fields), *_ = objects(document)
        assert attributes["class"] == "CPatient"
        phone = fields.get("tel") or fields.get("tel2")
        rows.append({"surname": fields["nom"], "birth_date": fields["naissance"], "phone": phone})
    return rows


def lines(content: bytes) -> list[Fields]:
    """Return the lines of a search's CSV, by the names of its columns."""
    return list(csv.DictReader(io.StringIO(content.decode("cp1252"), newline=""), delimiter=";", strict=True))


def found(content: bytes) -> list[dict[str, str | None]]:
    """Return what a search's CSV says of each patient: it tells neither birth date nor phone."""
    names = [name for name, _ in groupby(line["Patient"] for line in lines(content))]
    views = [_VIEW.fullmatch(name) for name in names]
    return [{"surname": view["surname"], "birth_date": None, "phone": None} for view in views if view]
