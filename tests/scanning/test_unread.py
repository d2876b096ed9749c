"""Containers, folders and everything that cannot be read: said, with what to do, and the rest goes on."""

from __future__ import annotations

import gzip
import io
import os
import random
import stat
import zipfile
import zlib
from pathlib import Path

import damage
import people
import pytest

from honeytokens.model import ScanResult
from honeytokens.scanning import Index, scan

DECOY = people.person(random.Random(1), domain="decoys.example")
KNOWN = people.known([DECOY])
INDEX = Index.build(KNOWN, people.KEY)
STRANGERS = [people.person(random.Random(seed)) for seed in range(100, 140)]
LEAK = damage.as_csv([people.ORDER, *(who.row() for who in STRANGERS[:20]), DECOY.row()]).encode()
CLEAN = damage.as_csv([people.ORDER, *(who.row() for who in STRANGERS)]).encode()


def run(*paths: Path) -> ScanResult:
    return scan(paths, KNOWN, INDEX)


def put(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def places(result: ScanResult) -> set[tuple[str, str | None, int | None, int | None]]:
    return {
        (Path(item.location.path).name, item.location.member, item.location.line, item.location.row)
        for hit in result.hits
        for item in hit.evidence
    }


def test_plain_file_with_its_place(tmp_path: Path) -> None:
    told: list[int] = []
    path = put(tmp_path / "a.csv", LEAK + CLEAN * 300)
    result = scan([path], KNOWN, INDEX, on_progress=told.append)
    assert places(result) == {("a.csv", None, 22, 22)}
    assert result.stats.bytes == path.stat().st_size
    assert told == sorted(told)
    assert told


def test_containers_in_containers(tmp_path: Path) -> None:
    inner = zipped({"b.csv": LEAK, "empty": b"", "c.csv.gz": gzip.compress(LEAK)})
    path = put(tmp_path / "a.zip", zipped({"folder/": b"", "x/in.zip": inner, "clean.csv": CLEAN}))
    result = run(path)
    assert result.complete
    assert 0 < result.stats.bytes <= path.stat().st_size
    assert places(result) == {
        ("a.zip", "x/in.zip!b.csv", 22, 22),
        ("a.zip", "x/in.zip!c.csv.gz!c.csv", 22, 22),
    }
    assert places(run(put(tmp_path / "l.csv.gz", gzip.compress(LEAK)))) == {("l.csv.gz", "l.csv", 22, 22)}


def test_folders_are_walked_without_loops(tmp_path: Path) -> None:
    put(tmp_path / "in" / "deep" / "a.csv", LEAK)
    put(tmp_path / "in" / "b.csv", CLEAN)
    put(tmp_path / "outside.csv", LEAK)
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "again.csv").symlink_to(tmp_path / "in" / "b.csv")
    (tmp_path / "in" / "out.csv").symlink_to(tmp_path / "outside.csv")
    result = run(tmp_path / "in")
    assert places(result) == {("a.csv", None, 22, 22)}
    assert [Path(unread.location.path).name for unread in result.unread] == ["out.csv"]
    assert result.stats.bytes == len(LEAK) + len(CLEAN)


@pytest.mark.parametrize(
    ("name", "data", "word"),
    [
        ("a.7z", b"7z\xbc\xaf\x27\x1c rest", "header"),
        ("a.rar", b"Rar!\x1a\x07\x01\x00", "bsdtar"),
        ("a.tar", b"\0" * 257 + b"ustar\x0000", "header"),
        ("a.bz2", b"BZh91AY&SY\0\0", "cut short"),
        ("a.lz4", b"\x04\x22\x4d\x18@p", "lz4 -d"),
        ("a.pdf", b"%PDF-1.7\n", "save it as text"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "text or CSV"),
        ("a.xlsx", zipped({"[Content_Types].xml": b"<x/>", "xl/a.xml": LEAK}), "as CSV"),
        ("a.db", b"SQLite format 3\0" + b"\0" * 100, ".recover"),
        ("a.dump", b"PGDMP\x01\x0e\x00\x04\x08\x01", "pg_restore"),
        ("a.png", b"\x89PNG\r\n\x1a\n", "type what it shows"),
        ("a.gif", b"GIF89a", "save it as PNG"),
        ("a.zip", b"PK\x03\x04" + b"junk" * 20, "damaged"),
    ],
)
def test_known_kinds_that_are_not_read(tmp_path: Path, name: str, data: bytes, word: str) -> None:
    result = run(put(tmp_path / name, data), put(tmp_path / "z.csv", LEAK))
    assert [Path(unread.location.path).name for unread in result.unread] == [name]
    assert word in result.unread[0].reason
    assert len(result.hits) == 1


def test_nothing_in_empty_and_binary_files(tmp_path: Path) -> None:
    noise = random.Random(4).randbytes(200_000)
    result = run(
        put(tmp_path / "empty", b""), put(tmp_path / "noise.bin", b"\x01" + noise), put(tmp_path / "nul", b"\0" * 9999)
    )
    assert result.complete
    assert (result.hits, result.leads) == ((), ())


def test_a_record_inside_binary_noise_is_found(tmp_path: Path) -> None:
    noise = random.Random(5).randbytes(5000)
    text = "\0".join(DECOY.row("surname", "first_name", "birth_date", "phone")).encode()
    assert len(run(put(tmp_path / "page.ibd", b"\x01" + noise + b"\0" + text + b"\0" + noise)).hits) == 1


def test_damaged_gzip_counts_up_to_the_damage(tmp_path: Path) -> None:
    noise = "".join(f"{who.surname};{random.Random(n).random()}\n" for n, who in enumerate(STRANGERS * 500)).encode()
    packed = gzip.compress(LEAK + noise)
    result = run(put(tmp_path / "a.csv.gz", packed[: len(packed) // 2]))
    assert len(result.hits) == 1
    assert [unread.location.member for unread in result.unread] == ["a.csv"]
    assert "cut short" in result.unread[0].reason


def test_damaged_and_encrypted_members(tmp_path: Path) -> None:
    data = bytearray(zipped({"bad.csv": CLEAN * 40, "good.csv": LEAK, "locked.csv": CLEAN}))
    data[200] ^= 0xFF
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = [n for n in range(len(data)) if data[n : n + 4] == signature][2]
        data[start + offset] |= 1
    result = run(put(tmp_path / "a.zip", bytes(data)))
    assert places(result) == {("a.zip", "good.csv", 22, 22)}
    assert {unread.location.member: unread.reason.split()[2] for unread in result.unread} == {
        "bad.csv": "damaged",
        "locked.csv": "encrypted:",
    }


def test_bombs_are_left_and_the_rest_goes_on(tmp_path: Path) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = b"\0" * (1 << 20)
    bomb = b"".join(packer.compress(zeros) for _ in range(100)) + packer.flush()
    result = run(put(tmp_path / "a.gz", bomb), put(tmp_path / "b.csv", LEAK))
    assert [Path(unread.location.path).name for unread in result.unread] == ["a.gz"]
    assert "200 times" in result.unread[0].reason
    assert len(result.hits) == 1


def test_archives_nested_too_deep(tmp_path: Path) -> None:
    data = LEAK
    for _ in range(9):
        data = gzip.compress(data)
    result = run(put(tmp_path / "a.gz", data))
    assert "too many archives" in result.unread[0].reason


def test_hostile_member_names_are_shown_harmless(tmp_path: Path) -> None:
    result = run(put(tmp_path / "a.zip", zipped({"../../etc/\x1b[2Jpasswd": LEAK})))
    assert places(result) == {("a.zip", "../../etc/?[2Jpasswd", 22, 22)}
    assert not (tmp_path.parent / "etc").exists()


def test_a_file_that_changes_while_it_is_read(tmp_path: Path) -> None:
    path = put(tmp_path / "a.csv", LEAK + CLEAN * 1000)

    def grow(_: int) -> None:
        with path.open("ab") as file:
            file.write(b"more;1;2\n")

    result = scan([path], KNOWN, INDEX, on_progress=grow)
    assert len(result.hits) == 1
    assert "changed while it was read" in result.unread[0].reason


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    locked = put(tmp_path / "locked.csv", LEAK)
    locked.chmod(0)
    result = run(tmp_path / "gone.csv", tmp_path / "pipe", locked)
    reasons = {Path(unread.location.path).name: unread.reason for unread in result.unread}
    assert "No such file" in reasons["gone.csv"]
    assert "no ordinary file" in reasons["pipe"]
    assert os.geteuid() == 0 or "Permission denied" in reasons["locked.csv"]
    locked.chmod(stat.S_IRUSR | stat.S_IWUSR)


def test_a_wrong_key_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Index.build(KNOWN, b"short")


def test_no_decoys_no_hits(tmp_path: Path) -> None:
    nobody = people.known([])
    result = scan([put(tmp_path / "a.csv", LEAK)], nobody, Index.build(nobody, people.KEY))
    assert (result.hits, result.leads, result.complete) == ((), (), True)
