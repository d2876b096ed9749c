"""JSON, XML and HTML: what belongs together is one record, nothing is lost, and hostile text does nothing."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_helpers import fields, kind, records

WORD = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), max_size=12)
NAME = st.sampled_from("abcdefg")
VALUES = st.recursive(
    st.integers(0, 10**6).map(str),
    lambda inner: st.lists(inner, max_size=30) | st.dictionaries(NAME, inner, max_size=8),
    max_leaves=400,
)


def leaves(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [leaf for inner in value.values() for leaf in leaves(inner)]
    return [leaf for inner in value for leaf in leaves(inner)] if isinstance(value, list) else [value]


@given(value=VALUES)
def test_json_loses_no_value_however_nested(value: Any) -> None:
    found = fields(json.dumps([value]), "json")
    assert {text for record in found for text in record} == set(leaves(value))
    assert all(len(record) <= 128 for record in found)


@st.composite
def elements(draw: st.DrawFn, depth: int = 3) -> ElementTree.Element:
    element = ElementTree.Element(draw(NAME), draw(st.dictionaries(NAME.map("x{}".format), WORD, max_size=3)))
    element.text, element.tail = draw(WORD), draw(WORD)
    if depth:
        element.extend(draw(st.lists(elements(depth - 1), max_size=3)))
    return element


@given(root=elements())
def test_xml_says_what_the_standard_library_reads(root: ElementTree.Element) -> None:
    root.tail = None
    read = ElementTree.fromstring(ElementTree.tostring(root))
    texts = [text for one in read.iter() for text in (one.text, one.tail, *one.attrib.values()) if text]
    names = {name for one in read.iter() for name in (one.tag, *one.attrib)}
    expected = {clean for text in texts if (clean := " ".join(text.split()))}
    found = {text for record in fields(ElementTree.tostring(root), "xml") for text in record}
    assert expected <= found <= expected | names


@pytest.mark.parametrize("size", [1, 40, 2000])
def test_a_patient_is_one_record_whatever_hangs_on_it(size: int) -> None:
    visits = [{"date": f"2024-01-{n % 28 + 1:02d}", "motif": f"m{n}", "salle": f"s{n}"} for n in range(size)]
    patient = {
        "visits": visits,
        "name": [{"family": "DUPONT", "given": ["Jean"]}],
        "contact": {"phone": "0612"},
        "dob": "1961",
    }
    wanted = {"DUPONT", "Jean", "0612", "1961"}
    assert any(wanted <= set(record) for record in fields(json.dumps({"patients": [patient]}), "json"))
    inner = "".join(f"<visit><d>{v['date']}</d><m>{v['motif']}</m><s>{v['salle']}</s></visit>" for v in visits)
    identity = "<name><family>DUPONT</family><given>Jean</given></name>"
    text = f"<patient>{identity}{inner}<contact><phone>0612</phone></contact><dob>1961</dob></patient>"
    for document in (text, f"<patients>{text}{text}</patients>"):
        found = fields(document, "xml")
        assert any(wanted <= set(record) for record in found)
        assert {f"m{n}" for n in range(size)} <= {value for record in found for value in record}


def test_a_long_list_is_no_record() -> None:
    people = [{"nom": f"n{n}", "prenom": f"p{n}", "ne": f"d{n}"} for n in range(500)]
    text = "".join(f"<p><nom>n{n}</nom><prenom>p{n}</prenom><ne>d{n}</ne></p>" for n in range(500))
    expected = [tuple(one.values()) for one in people]
    assert fields(json.dumps({"date": "2024", "all": people}), "json") == [*expected, ("2024",)]
    assert fields(f"<all date='2024'>{text}</all>", "xml")[:-1] == [*expected, ("2024",)]


def test_keys_that_are_identifiers_belong_to_what_they_name() -> None:
    keyed = {"00123456": {"nom": "DUPONT", "prenom": "Jean"}, "a@b.fr": "0612345678"}
    assert fields(json.dumps(keyed), "json")[0] == ("00123456", "DUPONT", "Jean")
    assert ("a@b.fr", "0612345678") in {record[-2:] for record in fields(json.dumps(keyed), "json")}


def test_places_in_xml() -> None:
    text = "<?xml version='1.0'?>\n<ps>\n <p>\n  <n>a</n><m>b</m><d>c</d>\n </p>\n <p n='d' m='e'\n    d='f'/>\n</ps>"
    found = [(record.fields, record.line, record.row) for record in records(text, "xml")]
    assert (("a", "b", "c"), 3, 1) in found
    assert (("d", "e", "f"), 6, 2) in found


@pytest.mark.parametrize(
    "text",
    [
        "<ps><p><n>DUPONT</n><m>Jean</m><d>1961</d></p><p><n>x</n>",
        "<ps><p><n>DUPONT</n><m>Jean</m><d>1961</d></p></ps><ps><p>",
        "<ps></x></y><p><n>DUPONT</n><m>Jean</m><d>1961</d></p></ps>",
        "<ps><z>3 < 4 & 5 > 2<p><n>DUPONT</n><m>Jean</m><d>1961</d></p></ps>",
        "<ps><z a=b c='d e=\"f>g</z><p><n>DUPONT</n><m>Jean</m><d>1961</d></p></ps>",
        "<ps><z a='1' a='2'/><p><n>DUPONT</n><m>Jean</m><d>1961</d></p></ps>",
        "<ps>\0\x01\x02<p><n>DUPONT</n><m>Jean</m><d>1961</d></p></ps>",
        "UPONT</n></p><p><n>DUPONT</n><m>Jean</m><d>1961</d></p><p><n>x</n><m>y</m><d>z</d></p>",
        "<ps><p><n><![CDATA[DUPONT]]></n><m>J<!-- no -->ean</m><d>19&#54;1</d></p></ps>",
        "\n\n<?xml version='1.0'?><ps><p><n>DUPONT</n><m>Jean</m><d>1961</d></p></ps>",
        "<ps><p><n>DUPONT</n><m>Jean</m><d>1961</d></p><!-- never closed </ps>",
    ],
)
def test_damaged_xml(text: str) -> None:
    assert kind(text) == "xml"
    assert any({"DUPONT", "Jean", "1961"} <= set(record) for record in fields(text, "xml"))


def test_entities_are_neither_expanded_nor_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("HUSH")
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    head = f'<!DOCTYPE p [<!ENTITY l0 "lol">{laughs}<!ENTITY f SYSTEM "{secret.as_uri()}"><!ENTITY % g SYSTEM "x">%g;]>'
    found = fields(
        f"<?xml version='1.0'?>{head}<p a='&l11;&f;'><n>DUPONT</n><m>B&eacute;a&f;</m><x>&l11;</x></p>", "xml"
    )
    assert ("&l11;&f;", "DUPONT", "Béa&f;", "&l11;") in found
    assert "HUSH" not in str(found)
    assert sum(len(text) for record in found for text in record) < 2000


@pytest.mark.parametrize("seed", range(6))
def test_giant_values_in_json_keep_what_follows_apart(seed: int) -> None:
    rng = random.Random(seed)
    giant = "".join(rng.choice(["x", "\\", '"', "é", "{", ","]) for _ in range(1_300_000 + rng.randrange(9)))
    text = json.dumps({"a": giant, "b": {"nom": "DUPONT", "prenom": "Jean", "ne": "1961"}}, ensure_ascii=bool(seed % 2))
    assert ("DUPONT", "Jean", "1961") in fields(text, "json")


def test_a_damaged_line_of_json_harms_no_other() -> None:
    lines = [json.dumps({"a": n, "b": "x", "c": "y"}) for n in range(20)]
    lines[5] = lines[5][:-9] + '[[{"open'
    found = [(record.fields, record.line, record.row) for record in records("\n".join(lines) + "\n", "json")]
    assert [place for place in found if place[1] != 6] == [
        ((str(n), "x", "y"), n + 1, n + 1) for n in range(20) if n != 5
    ]


def test_html() -> None:
    text = """<html><head><style>p{}</style><script>
    var a = {"nom": "MARTIN"};
    </script><body><table><tr><td>Nom<th>Né le<tr><td>DU<b>PO</b>NT<td>4 mars<br>1961 &eacute;t&#233;
    <tr><td>x<table><tr><td>in<td>ner</table>y</table><p>Bonjour <jean@x.fr> 3 < 4
    <p><a href="tel:+33612345678">appeler</a><input value='PETIT'></html>"""
    found = [(record.fields, record.line, record.row) for record in records(text, "html")]
    assert (('var a = {"nom": "MARTIN"};',), 2, None) in found
    assert (("DUPONT", "4 mars 1961 été"), 3, 2) in found
    assert (("in", "ner"), 4, 3) in found
    assert (("Bonjour <jean@x.fr> 3 < 4",), 4, 5) in found
    assert (("appeler", "tel:+33612345678", "PETIT"), 5, 6) in found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<!DOCTYPE html><p>a", "html"),
        ("<?xml version='1.0'?>\n<!DOCTYPE html PUBLIC 'x'>", "html"),
        ("<TABLE BORDER=1><TR><TD>a", "html"),
        ("<?xml version='1.0'?><table name='patients'><row>a</row></table>", "xml"),
        ("<patients><patient/></patients>", "xml"),
        ("\ufeff<?xml version='1.0'?><a/>", "xml"),
        ('"city":"Dijon"}},{"name":"a","b":1,"c":[1],"d":2},{"name":"b"}', "json"),
        ("a;<b>x</b>\nc;<b>y</b>\nd;<b>z</b>\n", "delimited"),
        ("Nom : DUPONT\nPrénom : Jean\nNé le : 4 mars\n", "letter"),
        ("a@b.fr:secret\nc@d.fr:secret\ne@f.fr:secret\n", "letter"),
        ("aaa\nbbb\nccc\n", "text"),
        ("MSH|^~\\&|A|B\rPID|1||7\r", "hl7"),
        ("\x0bMSH|^~\\&|A|B\rPID|1||7\r\x1c\r", "hl7"),
        ("id|msg\n1|MSH\n2|PID\n", "delimited"),
        ("From: a@b.fr\nSubject: x\n\nHello", "mail"),
        ("From a@b.fr Tue Mar 19 09:41:00 2024\nSubject: x\n\nHello", "mail"),
        ("from: here\nthere\n\nHello", "text"),
        (
            "<?xml version='1.0'?><w:document xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'/>",
            "office",
        ),
    ],
)
def test_recognition(text: str, expected: str) -> None:
    assert kind(text) == expected
