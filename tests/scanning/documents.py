"""Real documents with patients in them, written by other people's libraries, or else by the format's own specification.

Imports nothing of what reads them.
"""

from __future__ import annotations

import html
import io
import json
import mailbox
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import docx
from hl7apy.core import Message

Row = Mapping[str, str]
Writer = Callable[[Sequence[Row]], bytes]

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SLIDES = "http://schemas.openxmlformats.org/presentationml/2006/main"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
FHIR = "http://hl7.org/fhir"


def xml(root: ElementTree.Element, encoding: str = "utf-8") -> bytes:
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, encoding=encoding, xml_declaration=True)
    return written


def xml_elements(rows: Sequence[Row]) -> bytes:
    root = ElementTree.Element("export", date="2024-03-19")
    for row in rows:
        patient = ElementTree.SubElement(root, "patient")
        for name, text in row.items():
            ElementTree.SubElement(patient, name).text = text
    return xml(root)


def xml_attributes(rows: Sequence[Row]) -> bytes:
    root = ElementTree.Element("patients")
    for row in rows:
        ElementTree.SubElement(root, "patient", dict(row))
    return xml(root, "iso-8859-15")


def mysql_xml(rows: Sequence[Row]) -> bytes:
    """As ``mysqldump --xml`` writes."""
    root = ElementTree.Element("mysqldump")
    data = ElementTree.SubElement(ElementTree.SubElement(root, "database", name="his"), "table_data", name="patients")
    for row in rows:
        written = ElementTree.SubElement(data, "row")
        for name, text in row.items():
            ElementTree.SubElement(written, "field", name=name).text = text
    return xml(root)


def mediboard(row: Row, visits: int = 60) -> bytes:
    """Mediboard's export of one patient: objects side by side that name one another (CMbObjectExport, 2015 to 2023)."""
    guid = f"CPatient-{int(row['local_id'])}"
    root = ElementTree.Element("mediboard-export", date="2024-03-19 09:41:00", root=guid)

    def add(guid: str, fields: Row, **refs: str) -> None:
        node = ElementTree.SubElement(root, "object", {"class": guid.partition("-")[0], "id": guid, **refs})
        for name, text in fields.items():
            ElementTree.SubElement(node, "field", name=name).text = text

    names = {
        "surname": "nom",
        "first_name": "prenom",
        "birth_date": "naissance",
        "street": "adresse",
        "postcode": "cp",
        "town": "ville",
        "phone": "tel",
        "email": "email",
    }
    add(guid, {names[name]: text for name, text in row.items() if name in names} | {"sexe": "f", "deces": ""})
    add("CIdSante400-1", {"tag": "ipp", "id400": row["local_id"]}, object_id=guid)
    for number in range(visits):
        add(f"CConsultation-{number}", {"motif": "Suivi", "heure": "09:30:00", "rques": "RAS"}, patient_id=guid)
    return xml(root)


def fhir_patient(row: Row, extensions: int = 2) -> dict[str, Any]:
    """A Patient as servers write it, with much that is not the patient's own."""
    coded = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "PI", "display": "IPP"}]}
    extension = {
        "url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-ethnicity",
        "extension": [{"url": "ombCategory", "valueCoding": {"system": "urn:oid:2.16", "code": "2186-5"}}] * 2,
    }
    return {
        "resourceType": "Patient",
        "id": f"p{row['local_id']}",
        "meta": {"versionId": "1", "profile": ["https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient"]},
        "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">' + "<br/>" * 300 + "</div>"},
        "extension": [extension] * extensions,
        "identifier": [{"use": "usual", "type": coded, "system": "urn:oid:1.2.250", "value": row["local_id"]}],
        "active": True,
        "name": [{"use": "official", "family": row["surname"], "given": [row["first_name"]], "prefix": ["Mme"]}],
        "telecom": [
            {"system": "phone", "value": row["phone"], "use": "mobile"},
            {"system": "email", "value": row["email"]},
        ],
        "gender": "female",
        "birthDate": row["birth_date"],
        "address": [{"line": [row["street"]], "city": row["town"], "postalCode": row["postcode"], "country": "FRA"}],
        "contact": [{"relationship": [coded], "name": {"family": "Autre", "given": ["Personne"]}}] * 2,
        "communication": [{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "fr-FR"}]}}],
    }


def fhir_bundle(rows: Sequence[Row], extensions: int = 2, indent: int | None = None) -> bytes:
    entries = []
    for number, row in enumerate(rows):
        entries.append({"fullUrl": f"urn:uuid:{number}", "resource": fhir_patient(row, extensions)})
        entries.append({"resource": {"resourceType": "Observation", "id": str(number), "status": "final"}})
    return json.dumps({"resourceType": "Bundle", "type": "batch", "entry": entries}, indent=indent).encode()


def fhir_bulk(rows: Sequence[Row]) -> bytes:
    return b"".join(json.dumps(fhir_patient(row)).encode() + b"\n" for row in rows)


def fhir_xml(rows: Sequence[Row]) -> bytes:
    """The same resources in XML: every value is an attribute."""

    def add(parent: ElementTree.Element, name: str, value: Any) -> None:
        for one in value if isinstance(value, list) else [value]:
            if name == "div":
                parent.append(ElementTree.fromstring(one))
                continue
            node = ElementTree.SubElement(parent, name)
            if not isinstance(one, dict):
                node.set("value", str(one))
                continue
            for key, inner in one.items():
                if key == "url" and name == "extension":
                    node.set("url", inner)
                else:
                    add(node, key, inner)

    bundle = ElementTree.Element("Bundle", xmlns=FHIR)
    for row in rows:
        resource = ElementTree.SubElement(ElementTree.SubElement(bundle, "entry"), "resource")
        patient = ElementTree.SubElement(resource, "Patient")
        for key, value in fhir_patient(row).items():
            if key != "resourceType":
                add(patient, key, value)
    return xml(bundle)


def html_table(rows: Sequence[Row]) -> bytes:
    """As a program that calls it ``.xls`` writes it: no end tags, names of characters, CP1252."""
    cells = (
        "".join(f"<td class=x>{html.escape(text).replace('é', '&eacute;')}" for text in row.values()) for row in rows
    )
    lines = "".join(f"<tr>{line}\n" for line in cells)
    head = '<html><head><meta http-equiv="Content-Type" content="text/html; charset=windows-1252"></head>'
    return f"{head}<body><table border=1>\n{lines}</table></body></html>".encode("cp1252", "xmlcharrefreplace")


def html_forms(rows: Sequence[Row]) -> bytes:
    """Saved pages of records: the values are in the fields of a form."""
    forms = "".join(
        "<hr><form>"
        + "".join(f'<div><label>{n}</label><input name={n} value="{html.escape(t)}"></div>\n' for n, t in row.items())
        for row in rows
    )
    head = "<head><script>var page = {'a<b': 1};</script></head>"
    return f"<!DOCTYPE html>\n<html>{head}<body>{forms}</body></html>".encode()


def html_script(rows: Sequence[Row]) -> bytes:
    """A page whose data is in a script, one object to a line."""
    objects = ",\n".join(json.dumps(dict(row), ensure_ascii=False) for row in rows)
    return f"<html><body><div id=app></div><script>window.data = [\n{objects}\n];</script></body></html>".encode()


def docx_table(rows: Sequence[Row]) -> bytes:
    document = docx.Document()
    table = document.add_table(rows=0, cols=len(rows[0]))
    for row in rows:
        for cell, text in zip(table.add_row().cells, row.values(), strict=True):
            cell.text = text
    return saved(document)


def docx_letters(rows: Sequence[Row]) -> bytes:
    """Letters whose words are cut into runs, with the birth date in another paragraph, and some in a header."""
    document = docx.Document()
    document.add_picture(io.BytesIO(PICTURE))
    for row in rows:
        document.add_heading("Compte rendu", level=1)
        paragraph = document.add_paragraph("Concernant ")
        for text in (row["surname"][:2], row["surname"][2:], " ", row["first_name"][:3], row["first_name"][3:]):
            paragraph.add_run(text).bold = len(text) % 2 == 0
        document.add_paragraph(f"né(e) le {row['birth_date']}")
        document.add_paragraph(f"{row['street']}\n{row['postcode']} {row['town']}")
        document.add_paragraph("Cher confrère, je vous remercie de m'avoir adressé votre patient. " * 8)
    return saved(document)


def docx_elsewhere(rows: Sequence[Row]) -> bytes:
    """Patients in the header, the footer and a comment."""
    document = docx.Document()
    first, second, third = (" ".join(row.values()) for row in rows[:3])
    document.sections[0].header.paragraphs[0].text = first
    document.sections[0].footer.paragraphs[0].text = second
    run = document.add_paragraph("Voir le commentaire.").runs[0]
    document.add_comment(runs=[run], text=third, author="A. Nonyme")
    return saved(document)


def saved(document: Any) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def zipped(members: Mapping[str, bytes | str], stored: Iterable[str] = ()) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data, zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED)
    return out.getvalue()


def odt(rows: Sequence[Row]) -> bytes:
    """OpenDocument text: a table, and spans inside of words (OASIS ODF 1.3)."""

    def cell(text: str) -> str:
        text = html.escape(text)
        spans = f"<text:span>{text[:2]}</text:span>{text[2:]}".replace(" ", "<text:s/>")
        return f"<table:table-cell><text:p>{spans}</text:p></table:table-cell>"

    lines = "".join(f"<table:table-row>{''.join(map(cell, row.values()))}</table:table-row>" for row in rows)
    office = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="{office}:office:1.0" '
        f'xmlns:text="{office}:text:1.0" xmlns:table="{office}:table:1.0"><office:body><office:text>'
        f"<table:table>{lines}</table:table></office:text></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.text"
    manifest = f'<manifest:manifest xmlns:manifest="{office}:manifest:1.0"/>'
    return zipped({"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest}, stored=["mimetype"])


def pptx(rows: Sequence[Row]) -> bytes:
    """Slides with one paragraph a patient (ECMA-376)."""

    def slide(row: Row) -> str:
        runs = "".join(
            f"<a:r><a:t>{html.escape(text[:3])}</a:t></a:r><a:r><a:t>{html.escape(text[3:])} </a:t></a:r>"
            for text in row.values()
        )
        return f'<p:sld xmlns:a="{DRAWING}" xmlns:p="{SLIDES}"><p:txBody><a:p>{runs}</a:p></p:txBody></p:sld>'

    slides = {f"ppt/slides/slide{number}.xml": slide(row) for number, row in enumerate(rows, start=1)}
    return zipped(
        {"[Content_Types].xml": "<Types/>", "ppt/presentation.xml": f'<p:presentation xmlns:p="{SLIDES}"/>', **slides}
    )


def hl7_message(row: Row, number: int) -> str:
    message = Message("ADT_A01", version="2.5")
    message.msh.msh_3, message.msh.msh_4 = "HIS", "HOPITAL"
    message.msh.msh_9, message.msh.msh_10, message.msh.msh_18 = "ADT^A01^ADT_A01", str(number), "UNICODE UTF-8"
    message.evn.evn_2 = "20240319094100"
    message.pid.pid_3 = f"{row['local_id']}^^^HOPITAL&1.2.250.1.71&ISO^PI"
    message.pid.pid_5 = f"{row['surname'].upper()}^{row['first_name']}^^^Mme^^L"
    message.pid.pid_7, message.pid.pid_8 = row["birth_date"].replace("-", ""), "F"
    message.pid.pid_11 = f"{row['street']}^^{row['town']}^^{row['postcode']}^FRA^H"
    message.pid.pid_13 = f"{row['phone'].replace(' ', '')}^PRN^PH~^NET^Internet^{row['email']}"
    message.add_segment("PV1")
    message.pv1.pv1_2, message.pv1.pv1_44 = "I", "20240318"
    written: str = message.to_er7()
    return written


def hl7(rows: Sequence[Row]) -> bytes:
    return "\r".join(hl7_message(row, number) for number, row in enumerate(rows)).encode() + b"\r"


def hl7_mllp(rows: Sequence[Row]) -> bytes:
    return b"".join(b"\x0b" + hl7_message(row, n).encode() + b"\r\x1c\r" for n, row in enumerate(rows))


def hl7_batch(rows: Sequence[Row]) -> bytes:
    lines = "".join(hl7_message(row, number).replace("\r", "\r\n") + "\r\n" for number, row in enumerate(rows))
    head = "FHS|^~\\&|HIS|HOPITAL|||20240319\r\nBHS|^~\\&|HIS|HOPITAL|||20240319\r\n"
    return f"{head}{lines}BTS|{len(rows)}\r\nFTS|1\r\n".encode()


def vcard(row: Row) -> str:
    """As an address book exports it: version 3.0, long lines folded."""
    properties = (
        "BEGIN:VCARD",
        "VERSION:3.0",
        f"UID:{row['local_id']}",
        f"N:{row['surname']};{row['first_name']};;;",
        f"FN:{row['first_name']} {row['surname']}",
        f"BDAY:{row['birth_date'].replace('-', '')}",
        f"item1.ADR;TYPE=HOME:;;{row['street']};{row['town']};;{row['postcode']};France",
        f"TEL;TYPE=CELL:{row['phone']}",
        f"EMAIL;TYPE=INTERNET:{row['email']}",
        "NOTE:Préfère le matin\\, rappeler.\\nAllergie",
        "PHOTO;ENCODING=b;TYPE=JPEG:" + "QUJD" * 60,
        "END:VCARD",
    )
    folded = ("\r\n ".join(line[start : start + 70] for start in range(0, len(line), 70)) for line in properties)
    return "\r\n".join(folded) + "\r\n"


def letter(row: Row) -> str:
    return (
        f"Bonjour,\n\nNom : {row['surname']}\nPrénom : {row['first_name']}\nNé(e) le : {row['birth_date']}\n"
        f"Adresse : {row['street']}, {row['postcode']} {row['town']}\nTél. : {row['phone']}\n\nBien à vous\n"
    )


def mail(row: Row, attached: Sequence[Row] = ()) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = "Secrétariat <secretariat@hopital.example>", "docteur@cabinet.example"
    message["Subject"] = f"Dossier de {row['surname']} {row['first_name']} né le {row['birth_date']} {row['phone']}"
    message["Date"] = "Tue, 19 Mar 2024 09:41:00 +0100"
    message.set_content(
        "Bonjour,\nvoir l'objet et les pièces jointes.\nBien à vous\n", charset="iso-8859-15", cte="quoted-printable"
    )
    message.add_alternative("<p>Bonjour,<p>voir l'objet", subtype="html", cte="base64")
    if attached:
        lines = "\n".join(";".join(one.values()) for one in attached)
        message.add_attachment(lines.encode(), maintype="text", subtype="csv", filename="Liste des opérés.csv")
    return message


def mbox(rows: Sequence[Row], folder: Path) -> bytes:
    box = mailbox.mbox(folder / "box.mbox")
    for row in rows:
        message = EmailMessage()
        message["From"], message["Subject"] = "a@hopital.example", "Dossier"
        message.set_content(letter(row) + "\nFrom the desk of a doctor, 2024\n")
        box.add(message)
    box.close()
    return (folder / "box.mbox").read_bytes()


# fmt: off
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cfc0000003010100"
    "18dd8db00000000049454e44ae426082"
)
# fmt: on

WRITERS: dict[str, Writer] = {
    "xml_elements": xml_elements,
    "xml_attributes": xml_attributes,
    "mysql_xml": mysql_xml,
    "fhir_bundle": fhir_bundle,
    "fhir_large_patients": lambda rows: fhir_bundle(rows, extensions=30),
    "fhir_pretty": lambda rows: fhir_bundle(rows, indent=2),
    "fhir_bulk": fhir_bulk,
    "fhir_xml": fhir_xml,
    "html_table": html_table,
    "html_forms": html_forms,
    "html_script": html_script,
    "docx_table": docx_table,
    "odt": odt,
    "pptx": pptx,
    "hl7": hl7,
    "hl7_mllp": hl7_mllp,
    "hl7_batch": hl7_batch,
    "vcard": lambda rows: "".join(map(vcard, rows)).encode(),
}
