"""The rules by which public tools find canaries in files, over every format: none may fire on what we write.

As read in thinkst/canarytokens (its own pattern), simortus/canarytokens_finger_printer, referefref/canarytokendetector,
HackingLZ/IndicatorOfCanary, 0xNslabs/CanaryTokenScanner and Nemesis of GhostPack; and what gives away the patients of
the one open project that makes fake ones. Each rule is shown to fire on what it is for.
"""

from __future__ import annotations

import base64
import io
import re
import zipfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from exchange_cases import AS_OF, KINDS, ORIGINS, made, written

from honeytokens import formats
from honeytokens.formats import Batch, Origin

Texts = dict[str, str]
"""What a file says: the text of each of its members, or of itself, by path."""
Rule = Callable[[Texts], list[str]]

_DOMAINS = (
    *("canarytokens", "canarydrops", "whiteclouddrive.com", "allsafelink.com", "internalcanarytokendomain.org"),
    *("interact.sh", "burpcollaborator", "oast.", "requestbin", "dnslog.cn", "52.18.63.80"),
    *("59c2944e-c983-4cb6-bc4a-96b9b2b58e3a", "c5b88def-64d6-4276-aa23-feab7321ced5"),
)
_SCHEMAS = ("schemas.openxmlformats.org", "schemas.microsoft.com", "purl.org", "w3.org")
_FHIR = ("hl7.org", "loinc.org", "unitsofmeasure.org", "whocc.no", "nhs.uk", "esante.gouv.fr")
_FHIR_ELEMENT = "medicationCodeableConcept"
"""What FHIR exports hold of themselves: the addresses of its code systems, and a name of 25 letters."""


def known_domains(texts: Texts) -> list[str]:
    return [domain for text in texts.values() for domain in _DOMAINS if domain in text.lower()]


def telling_words(texts: Texts) -> list[str]:
    return [word for text in texts.values() for word in re.findall("(?i)canary|honey ?token|decoy", text)]


def runs_of_25(texts: Texts) -> list[str]:
    """Canarytokens' own pattern, which it looks for anywhere."""
    found = [run for text in texts.values() for run in re.findall("(?i)[a-z0-9]{25}", text)]
    return [run for run in found if run != _FHIR_ELEMENT]


def hidden_in_base64(texts: Texts) -> list[str]:
    """Anything that decodes to an address or to a canary, wherever a run of base64 starts."""
    found = []
    for text in texts.values():
        for run in re.findall("[A-Za-z0-9+/]{12,}", text):
            for start in range(4):
                decoded = base64.b64decode(run[start : start + (len(run) - start) // 4 * 4])
                if re.search(rb"(?i)canary|https?:|\.(com|net|org)\b", decoded):
                    found.append(run)
    return found


def dump_that_calls_home(texts: Texts) -> list[str]:
    pattern = r"(?i)SET\s+@\w+\s*=\s*'[^']+'|MASTER_HOST|FROM_BASE64|PREPARE\s+\w+\s+FROM"
    return [match for text in texts.values() for match in re.findall(pattern, text)]


def foreign_addresses(texts: Texts) -> list[str]:
    """Any address in an archive or office file but those of the file formats themselves."""
    members = [text for path, text in texts.items() if path]
    found = [url for text in members for url in re.findall(r"https?://[^\s<>\"'{}|\\^`]+", text)]
    return [url for url in found if not any(known in url for known in (*_SCHEMAS, *_FHIR))]


def telling_maker(texts: Texts) -> list[str]:
    pattern = "(?i)openpyxl|xlsxwriter|honeytokens|reportlab|faker"
    return [match for text in texts.values() for match in re.findall(pattern, text)]


def generated_hosts(texts: Texts) -> list[str]:
    hosts = [host for text in texts.values() for host in re.findall(r"(?:@|https?://)([\w.-]+)", text)]
    return [host for host in hosts if re.fullmatch(r"[a-z]+-[a-z]+-\d{4}\.\w+\.\w+", host)]


def reserved_numbers(texts: Texts) -> list[str]:
    return [match for text in texts.values() for match in re.findall(r"MRN-9\d{5}|\b555-01\d\d", text)]


def mails_of_one_length(texts: Texts) -> list[str]:
    parts = {part for text in texts.values() for part in re.findall(r"([\w.+-]+)@\w", text)}
    return sorted(parts) if len(parts) > 5 and len({len(part) for part in parts}) == 1 else []


RULES: dict[Rule, str] = {
    known_domains: "http://canarytokens.com/about/index.html",
    telling_words: "-- canary table",
    runs_of_25: "href='http://x.fr/gwfrr71nre84bk5gobf3h96ms'",
    hidden_in_base64: base64.b64encode(b"x MASTER_HOST='gwfrr.canarytokens.com'").decode(),
    dump_that_calls_home: "SET @bb = 'U0VUIEBi';",
    foreign_addresses: 'Target="http://1.2.3.4/image.png"',
    telling_maker: "<dc:creator>openpyxl</dc:creator>",
    generated_hosts: "https://storage-backup-4821.evilcorp.com/x",
    reserved_numbers: "MRN-912345",
    mails_of_one_length: " ".join(f"{'abcdefgh'[n:]}{'12345678'[:n]}@x.fr" for n in range(7)),
}
"""Each rule, and something that it must find."""
ORDINARY = {
    "": "1,Martin,Jean-Pierre,jean.martin@courrier-sante.fr,06 39 98 12 34,2026-11-23,12 rue des Lilas\n"
    "SET NAMES 'utf8'; SET SQL_MODE=CONCAT(@@SQL_MODE, ',NO_BACKSLASH_ESCAPES'); 248117595009287",
    "xl/a.xml": 'xmlns="http://schemas.openxmlformats.org/officeDocument/2006/relationships" AllergyIntolerance',
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.__name__))
def test_a_rule_finds_what_it_is_for_and_nothing_else(rule: Rule) -> None:
    assert rule({"member.xml": RULES[rule]})
    assert not rule(ORDINARY)


def said(content: bytes) -> Texts:
    """Return the text of a file, or of the members of an archive; of a binary one, its runs of characters."""
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {name: said(archive.read(name)) for name in archive.namelist()}
        return {f"{name}/{path}".rstrip("/"): text for name, texts in members.items() for path, text in texts.items()}
    if content.startswith(b"%PDF"):
        streams = re.sub(
            rb"stream\n(.+?)\nendstream", lambda found: zlib.decompress(found[1]), content, flags=re.DOTALL
        )
        return {"": streams.decode("cp1252")}
    if content.startswith(b"PAR1"):
        # Every Parquet file that polars made holds its schema in base64 and the number of polars' build.
        content = re.sub(rb"ARROW:schema.{0,4}[A-Za-z0-9+/=]+|Polars \(python\)[^)]+", b"", content, flags=re.DOTALL)
    try:
        return {"": content.decode()}
    except UnicodeDecodeError:
        return {"": content.decode("latin-1")}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("locale", ORIGINS)
@pytest.mark.parametrize("name", sorted(formats.FORMATS))
def test_no_rule_fires(name: str, locale: str, kind: str) -> None:
    read = said(written(name, made(locale, kind, 120), origin=ORIGINS[locale]))
    found = {rule.__name__: rule(read) for rule in RULES}
    if kind == "pools":  # the operator chose to give these decoys web links
        del found["foreign_addresses"]
    assert {rule: what for rule, what in found.items() if what} == {}


_STAMP = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d")


@pytest.mark.parametrize("name", sorted(formats.FORMATS))
def test_no_stamp_is_in_every_file(name: str) -> None:
    """Files from a template share the moment of its making: in the metadata, or in the last lines."""
    began = datetime.now(UTC).isoformat()[:19]
    whole = made("fr_fr", "demo", 40)
    first = Batch(whole.identities.head(20), whole.stories[:20], whole.letters[:20])
    second = Batch(whole.identities.tail(20), whole.stories[20:], whole.letters[20:])
    later = Origin("fr_fr", AS_OF + timedelta(days=3))
    one, other = (
        said(written(name, part, origin=origin)) for part, origin in ((first, ORIGINS["fr_fr"]), (second, later))
    )
    assert one != other
    stamps = [
        {stamp for text in read.values() for stamp in _STAMP.findall(text[:1000] + text[-1000:])}
        for read in (one, other)
    ]
    assert {stamp for stamp in stamps[0] & stamps[1] if stamp.replace(" ", "T") < began} == set()
