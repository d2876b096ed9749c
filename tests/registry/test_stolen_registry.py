"""A thief who has the whole home, at any moment, learns nothing of who the decoys are.

A hospital is planted through the command line; every file of the home, its write-ahead log while another process holds
it open, and all that the commands print, are searched for every value of every decoy in every usual encoding.

Sealed bytes are random, so that a short text is somewhere in them by chance. A text is looked for only where chance
would find it less than once in :data:`RARELY` runs: in a home of a megabyte from six letters on in UTF-8 (four in
quotes, as JSON and SQL write it), three in UTF-16, five in hex, six in base64. A test below holds this.
"""

from __future__ import annotations

import base64
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from anyascii import anyascii
from click.testing import CliRunner
from numpy.typing import NDArray

from honeytokens.cli import group

MAPPING = """
version = 1
[patient]
table = "patients"
key = "id"
[patient.columns]
nom = { field = "surname", case = "upper" }
nom_naissance = "birth_name"
prenom = "first_name"
naissance = "birth_date"
sexe = { field = "sex", values = { female = "F", male = "M" } }
adresse = "street"
cp = "postcode"
ville = "town"
tel = "phone"
mail = "email"
ipp = "local_id"
site = { field = "establishment" }
"""
SCHEMA = """
create table patients (
    id integer primary key autoincrement, nom varchar(60) not null, nom_naissance varchar(60),
    prenom varchar(60) not null, naissance date not null, sexe char(1) not null, adresse varchar(120), cp varchar(10),
    ville varchar(60), tel varchar(20), mail varchar(120), ipp varchar(12), site varchar(8) not null
);
insert into patients (id, nom, prenom, naissance, sexe, site) values (40, 'MARTIN', 'Jean', '1950-01-01', 'M', '1');
"""
COLUMNS = ("nom", "nom_naissance", "prenom", "naissance", "adresse", "tel", "mail", "ipp")
EACH = 15
RARELY = 1e-8
OWN_WORDS = frozenset(
    {"ancelle", "cancel", "fields", "format", "generat", "lecamp", "nonce", "patient", "plante", "python", "street"}
)
"""Surnames and first names that are in words which the files and the commands show in clear: Planté in ``planted``."""
DAYS = ("2026-03-01", "2026-06-01")
"""The days on which the commands are run, which are in clear too."""
WINDOW = 6
BASE64 = rb"[A-Za-z0-9+/_=-]{40,}"
"""Runs of base64 are left out where text is looked for: no text of a patient is as long without any other sign."""
HEX = rb"(?:[0-9a-fA-F]{2}){8,}"
HOLD_OPEN = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("begin")
connection.execute("select count(*) from placements").fetchone()
print("open", flush=True)
sys.stdin.read()
"""


# The search


class Part:
    """Some bytes of a haystack, made of so many different signs, that many texts are looked for in."""

    def __init__(self, content: bytes, signs: int) -> None:
        self.content, self.signs = content, signs
        self._starts = np.unique(_windows(content))

    def told(self, needle: bytes) -> bool:
        """Return whether chance would hardly ever bring this needle."""
        return len(needle) >= WINDOW and len(self.content) * float(self.signs) ** -len(needle) < RARELY

    def holds(self, needles: Sequence[bytes]) -> list[bool]:
        """Return which of some needles are in it."""
        begun = np.isin(_windows(b"".join(needle[:WINDOW] for needle in needles))[::WINDOW], self._starts)
        return [bool(might) and needle in self.content for might, needle in zip(begun, needles, strict=True)]


def _windows(content: bytes) -> NDArray[np.uint64]:
    """Return every run of :data:`WINDOW` bytes as a number."""
    signs = np.frombuffer(content, dtype=np.uint8).astype(np.uint64)
    size = max(len(signs) - WINDOW + 1, 0)
    windows = np.zeros(size, dtype=np.uint64)
    for place in range(WINDOW):
        windows |= signs[place : place + size] << np.uint64(8 * place)
    return windows


class Haystack:
    """Bytes to search: the runs of base64 and of hex among them, and what is no run of base64."""

    def __init__(self, content: bytes) -> None:
        self.size = len(content)
        self.parts = {
            "base64": Part(b"\n".join(re.findall(BASE64, content)), 64),
            "hex": Part(b"\n".join(re.findall(HEX, content)), 16),
            "bytes": Part(re.sub(BASE64, b"\n", content), 256),
        }


def utf_8(text: str) -> list[bytes]:
    return [text.encode()]


def utf_16(text: str) -> list[bytes]:
    return [text.encode("utf-16-le"), text.encode("utf-16-be")]


def in_hex(text: str) -> list[bytes]:
    return [text.encode().hex().encode(), text.encode().hex().upper().encode()]


def in_base64(text: str) -> list[bytes]:
    """The signs that stand for this text alone, wherever it begins in groups of three bytes."""
    found = []
    for before in range(3):
        raw = base64.b64encode(bytes(before) + text.encode() + bytes(-(before + len(text.encode())) % 3))
        whole = (before + len(text.encode())) * 8 // 6
        found.append(raw[-(-before * 8 // 6) : whole])
    return found


ENCODINGS: Mapping[str, tuple[Callable[[str], list[bytes]], tuple[str, ...]]] = {
    "utf-8": (utf_8, ("bytes",)),
    "utf-16": (utf_16, ("bytes",)),
    "hex": (in_hex, ("bytes", "hex")),
    "base64": (in_base64, ("bytes", "base64")),
}
"""Each encoding, and the parts of a haystack that it is looked for in."""


def found(texts: Iterable[str], haystack: Haystack) -> set[tuple[str, str]]:
    """Return the texts that are in a haystack, with the encoding that each is in."""
    there: set[tuple[str, str]] = set()
    for name, (encode, kinds) in ENCODINGS.items():
        for part in map(haystack.parts.__getitem__, kinds):
            wanted = [(text, needle) for text in texts for needle in encode(text) if part.told(needle)]
            held = part.holds([needle for _, needle in wanted])
            there.update((text, name) for (text, _), is_held in zip(wanted, held, strict=True) if is_held)
    return there


def spellings(column: str, value: str) -> set[str]:
    """Return what a thief would look for, given one value of a decoy."""
    if column == "naissance":
        born = date.fromisoformat(value)
        forms = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m/%d/%Y", "%Y/%m/%d", "%Y%m%d", "%d%m%Y", "%d/%m/%y")
        return {born.strftime(form) for form in forms}
    if column == "tel":
        digits = re.sub(r"\D", "", value)
        return {value, digits, digits[1:], f"+33{digits[1:]}", value.replace(" ", ".")}
    plain = anyascii(value)
    cased = {form(text) for text in (value, plain) for form in (str, str.upper, str.lower, str.title)}
    # A short name can be told from chance only in quotes, as JSON and SQL write it.
    return cased | {f"{quote}{text}{quote}" for text in cased for quote in "\"'"}


# The hospital and the home


@dataclass
class Site:
    """A home, the hospital beside it, what the commands printed, and the home's bytes at several moments."""

    folder: Path
    printed: list[str]
    seen: dict[bytes, None]
    values: set[tuple[str, str]]

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def run(self, *arguments: str, day: str = DAYS[0]) -> str:
        options = ("--home", str(self.home), "--key-file", str(self.folder / "key.txt"), "--as-of", f"{day}T12:00")
        done = CliRunner().invoke(group, [*arguments, *options], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        self.printed.append(done.output)
        return done.output

    def look(self) -> None:
        """Keep the home's bytes, the names of its files among them, and the values that the hospital now has."""
        for path in sorted(self.home.rglob("*")):
            self.seen[str(path.relative_to(self.home)).encode()] = None
            if path.is_file():
                self.seen[path.read_bytes()] = None
        with closing(sqlite3.connect(self.folder / "his.db")) as connection:
            for row in connection.execute(f"select {', '.join(COLUMNS)} from patients where id > 40"):
                self.values |= {
                    (column, str(value))
                    for column, value in zip(COLUMNS, row, strict=True)
                    if value and value not in DAYS and anyascii(str(value)).lower() not in OWN_WORDS
                }


@contextmanager
def held_open(registry: Path) -> Iterator[None]:
    """Let another process hold a registry open, in a transaction of its own, so that its log stays."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD_OPEN, registry], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        yield
        other.communicate()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Two establishments with a campaign each, before and after a rotation of keys; stamps, a backup, a withdrawal."""
    folder = tmp_path_factory.mktemp("stolen")
    with closing(sqlite3.connect(folder / "his.db")) as connection:
        connection.executescript(SCHEMA)
    (folder / "his.toml").write_text(MAPPING)
    CliRunner().invoke(group, ["key", "generate", "-o", str(folder / "key.txt")], catch_exceptions=False)
    made = Site(folder, [], {}, set())
    made.run("init")
    made.run("establishment", "add", "site-a", "--code", "1", "--postcode", "75014")
    made.run("establishment", "add", "site-b", "--code", "2", "--postcode", "35000")
    made.run("system", "add", "his", f"sqlite:///{folder / 'his.db'}", "--mapping", str(folder / "his.toml"))
    for kind, value in (("mail", "zq-zq.fr"), ("phone", "06 39 98 ## ##"), ("local_id", "8001####")):
        made.run("pool", "add", kind, value)
    plan = ("--system", "his", "-n", str(EACH), "--start", DAYS[0], "--establishment")
    made.run("plan", "c-a", *plan, "site-a")
    made.look()
    with held_open(made.home / "registry.db"):
        made.run("apply")
        made.look()
        assert (made.home / "registry.db-wal").stat().st_size > 10_000
        assert (made.home / "registry.db-shm").exists()
    made.run("key", "rotate")
    made.run("plan", "c-b", *plan, "site-b")
    made.run("apply")
    made.run("apply", day=DAYS[1])
    made.run("registry", "backup", str(made.home / "backup"))
    made.run("withdraw", "--campaign", "c-b", "--preview")
    made.run("verify")
    made.look()
    made.run("withdraw", "--campaign", "c-b", "--yes")
    made.run("status", "--json")
    made.run("doctor")
    made.look()
    return made


def texts_of(site: Site) -> set[str]:
    return {text for column, value in site.values for text in spellings(column, value)}


def test_no_byte_of_a_stolen_home_tells_of_a_decoy(site: Site) -> None:
    haystack = Haystack(b"\n".join(site.seen))
    names = {content.decode() for content in site.seen if len(content) < 200 and content.isascii()}
    assert {"keyring.json", "registry.db", "registry.db-wal", "registry.db-shm", "lock"} <= names
    assert haystack.size > 200_000
    for column in COLUMNS:
        # Few have a birth name of their own: women who married.
        assert sum(name == column for name, _ in site.values) >= (1 if column == "nom_naissance" else EACH / 4), column
    assert found(texts_of(site), haystack) == set()


def test_no_command_prints_a_decoy_but_the_one_that_a_plan_shows(site: Site) -> None:
    shown = [line for printed in site.printed for line in printed.splitlines() if line.startswith("  + patients:")]
    assert len(shown) == 2
    rest = "\n".join(site.printed)
    for line in shown:
        rest = rest.replace(line, "")
    assert found(texts_of(site), Haystack(rest.encode())) == set()
    assert found(texts_of(site), Haystack("\n".join(shown).encode())) != set()


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_value_that_is_there_is_found_in_every_encoding(site: Site, encoding: str) -> None:
    """The positive control: a value of each kind, three times at other places of its line, among the stolen bytes."""
    written: dict[str, Callable[[str], list[bytes]]] = {
        "utf-8": lambda line: [line.encode()],
        "utf-16": lambda line: [line.encode("utf-16-le"), line.encode("utf-16-be")],
        "hex": lambda line: [line.encode().hex().encode(), line.encode().hex().upper().encode()],
        "base64": lambda line: [base64.b64encode(line.encode()), base64.urlsafe_b64encode(line.encode())],
    }
    stolen, everything = b"\n".join(site.seen), []
    values = {column: max((value for name, value in site.values if name == column), key=len) for column in COLUMNS}
    for column, value in values.items():
        lines = [f"{before}{value}zz" for before in ("", "x", "xy")]
        lines += [f'{{"": "{line}", "z": "{"z" * 60}"}}' for line in lines]
        planted = [each for line in lines for each in written[encoding](line)]
        for line in planted:
            assert found(spellings(column, value), Haystack(stolen[:1000] + b"\0" + line + b"\0")), (column, line)
        everything += planted
    haystack = Haystack(stolen + b"\0" + b"\0".join(everything) + b"\0" + stolen)
    for column, value in values.items():
        assert encoding in {name for _, name in found(spellings(column, value), haystack)}, column


def test_every_place_in_a_group_of_base64_is_looked_for() -> None:
    for before in ("", "x", "xy"):
        written = base64.b64encode(f"{before}Vandenbroucke, Maëlys".encode())
        assert sum(needle in written for needle in in_base64("Vandenbroucke")) == 1, before


def test_how_short_a_text_may_be_to_be_told_from_chance(site: Site) -> None:
    haystack = Haystack(b"\n".join(site.seen))
    shortest = {
        name: min(size for size in range(1, 20) if all(map(haystack.parts[kinds[-1]].told, encode("M" * size))))
        for name, (encode, kinds) in ENCODINGS.items()
    }
    assert shortest["utf-8"] <= 6
    assert shortest["utf-16"] <= 3
    assert shortest["hex"] <= 5
    assert shortest["base64"] <= 6
