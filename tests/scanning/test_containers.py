"""Containers: whatever packs it, what is in it is found, what cannot be read is said, and nothing else happens."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import packing
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from packed import DATA, NUMBERS, Found, rows, source_of
from packing import ARCHIVERS, COMPRESSORS

from honeytokens.scanning.readers import CONTAINERS, streams

PASSWORD = "mot de passe"
FUZZED = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    **COMPRESSORS,
    **{name: packing.of_one("a.csv", pack) for name, pack in ARCHIVERS.items()},
}
PACKED = {name: pack(DATA) for name, pack in PACKERS.items()}
TARS = ("pax", "gnu", "ustar")
LEAST = {"lzma": 14, "bz2": 10, **dict.fromkeys(TARS, 512)}
"""As many bytes as it takes to know each kind; 6 for the others."""


def test_every_kind_is_among_the_cases() -> None:
    examples = [*PACKED.values(), packing.rar({"a.csv": DATA})]
    known = {next(name for name, kind in CONTAINERS.items() if kind.recognises(source_of(data))) for data in examples}
    assert known == {"gzip", "bzip2", "xz", "zstd", "tar", "7z", "zip", "foreign"}


@pytest.mark.parametrize("kind", PACKERS)
def test_what_is_packed_is_found_under_its_name(kind: str, tmp_path: Path) -> None:
    found = Found(tmp_path, PACKED[kind], name=f"a.csv.{kind}" if kind in COMPRESSORS else "leak")
    assert (found.numbers, found.members, found.reasons) == (NUMBERS, ["a.csv"], "")


@pytest.mark.parametrize("outer", PACKERS)
def test_containers_in_containers(outer: str, tmp_path: Path) -> None:
    for inner, packed in PACKED.items():
        found = Found(tmp_path, PACKERS[outer](packed))
        assert (found.numbers, found.reasons) == (NUMBERS, ""), inner


def test_the_way_to_a_member_is_its_name(tmp_path: Path) -> None:
    data = packing.zipped({"in/b.tar.zst": COMPRESSORS["zst"](packing.tarred({"c.csv.bz2": COMPRESSORS["bz2"](DATA)}))})
    found = Found(tmp_path, COMPRESSORS["xz"](packing.seven_zipped({"b.zip": data})), name="a.7z.xz")
    assert found.members == ["a.7z!b.zip!in/b.tar.zst!b.tar!c.csv.bz2!c.csv"]
    assert (found.numbers, found.reasons) == (NUMBERS, "")


@pytest.mark.parametrize("kind", PACKERS)
def test_cut_short_anywhere(kind: str, tmp_path: Path) -> None:
    whole = PACKED[kind]
    for size in {*range(0, len(whole), max(1, len(whole) // 40)), len(whole) - 1, len(whole) - 4}:
        found = Found(tmp_path, whole[:size])
        assert found.numbers <= NUMBERS
        is_all = kind in TARS and found.numbers == NUMBERS  # of the many zeros at its end, some may be missing
        assert found.unread or is_all or size <= LEAST.get(kind, 6), size


@pytest.mark.parametrize("kind", PACKERS)
def test_half_of_a_large_container_gives_what_is_in_that_half(kind: str, tmp_path: Path) -> None:
    packed = PACKERS[kind](rows(20_000))
    found = Found(tmp_path, packed[: len(packed) // 2])
    assert found.unread
    if kind not in {"7z_deflate", "7z_delta", "7z_bzip2"}:  # not to be told without the header, or in blocks of 900 kB
        assert len(found.numbers) > 5_000


@pytest.mark.parametrize("kind", PACKERS)
def test_a_flipped_byte_loses_nothing_without_a_word(kind: str, tmp_path: Path) -> None:
    whole = PACKED[kind]
    for place in range(0, len(whole), max(1, len(whole) // 60)):
        damaged = bytearray(whole)
        damaged[place] ^= 0x41
        found = Found(tmp_path, bytes(damaged))
        has_sums = kind not in {*TARS, "lzma"}
        assert found.unread or len(found.numbers) >= len(NUMBERS) - (not has_sums) or place < 14, place


@pytest.mark.parametrize("kind", PACKERS)
@FUZZED
@given(data=st.data())
def test_any_damage_is_survived(kind: str, data: st.DataObject, tmp_path: Path) -> None:
    packed = bytearray(PACKED[kind])
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(packed) - 1))
        packed[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=6))
    Found(tmp_path, bytes(packed))


@FUZZED
@given(data=st.binary(max_size=300))
def test_any_bytes_after_a_signature_are_survived(data: bytes, tmp_path: Path) -> None:
    for whole in PACKED.values():
        Found(tmp_path, whole[:32] + data, [PASSWORD])


@pytest.mark.parametrize("kind", ARCHIVERS)
def test_empty_archives_and_empty_members(kind: str, tmp_path: Path) -> None:
    assert Found(tmp_path, ARCHIVERS[kind]({})).reasons == ""
    found = Found(tmp_path, ARCHIVERS[kind]({"empty": b"", "a.csv": DATA, "empty too": b""}))
    assert (found.numbers, found.members, found.reasons) == (NUMBERS, ["a.csv"], "")


@pytest.mark.parametrize("kind", COMPRESSORS)
def test_joined_streams_padding_and_what_follows(kind: str, tmp_path: Path) -> None:
    pack = COMPRESSORS[kind]
    joined = b"".join(pack(DATA[start : start + 50]) for start in range(0, len(DATA), 50)) + pack(b"") + bytes(1024)
    found = Found(tmp_path, joined)
    assert (found.numbers, found.reasons, len(found.members)) == (NUMBERS, "", 1)
    found = Found(tmp_path, pack(rows(9)) + bytes(8) + PACKED["zip"] + rows(9, start=900))
    assert {*NUMBERS, "7000908"} <= found.numbers
    assert found.members[1] == "trailing bytes!a.csv"


@pytest.mark.parametrize("kind", [kind for kind in ARCHIVERS if not kind.startswith("7z")])
def test_joined_archives(kind: str, tmp_path: Path) -> None:
    pack = ARCHIVERS[kind]
    found = Found(tmp_path, pack({"b.csv": rows(9, start=100)}) + PACKED[kind])
    assert {*NUMBERS, "7000108"} <= found.numbers
    assert found.members == ["b.csv", "a.csv"]


@pytest.mark.parametrize("kind", PACKERS)
def test_a_bomb_ends_and_what_comes_after_it_is_read(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "_ALLOWANCE", 1 << 20)
    monkeypatch.setattr(streams, "_RATIO", 2)
    bomb = bytes(3 << 20)
    if kind in COMPRESSORS:
        found = Found(tmp_path, COMPRESSORS[kind](bomb + DATA))
        assert found.numbers == set()
    elif len(ARCHIVERS[kind]({"a": bomb})) < 1 << 20:
        found = Found(tmp_path, ARCHIVERS[kind]({"bomb": bomb, "a.csv": DATA}))
        assert found.numbers == (NUMBERS if kind.startswith("zip") else set())
    else:
        return  # it does not compress
    assert "200 times" in found.reasons


def test_time_ends_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "_SECONDS", 0.0)
    monkeypatch.setattr(streams, "_SECONDS_FOR_MIB", 0.0)
    for kind, packed in PACKED.items():
        assert "takes too long" in Found(tmp_path, packed).reasons, kind


NAMES = ["../../etc/passwd", "/root/.ssh/id", "C:\\a", "a\nb", "a\x1b[2Jb", "é", "a b", "n" * 90, "-rf", "a!b"]


@pytest.mark.parametrize("kind", ["pax", "gnu", "zip", "zip_piped", "7z"])
def test_hostile_names_are_shown_harmless(kind: str, tmp_path: Path) -> None:
    if kind == "7z":  # its writer refuses the worst; they are put in afterwards
        packed = ARCHIVERS[kind]({f"{n:02d}": rows(3, start=10 * n) for n in range(len(NAMES))})
    else:
        packed = ARCHIVERS[kind]({name: rows(3, start=10 * n) for n, name in enumerate(NAMES)})
    found = Found(tmp_path, packed)
    assert len(found.numbers) == 3 * len(NAMES)
    assert len(found.members) == len(NAMES)
    assert all(member is not None and member.isprintable() for member in found.members)


def test_names_in_old_code_pages_and_of_any_length(tmp_path: Path) -> None:
    packed = packing.zipped({"\xe9t\xe9.csv": DATA}).replace("été".encode(), b"\x82t\x82__")
    assert Found(tmp_path, packed).numbers == NUMBERS
    found = Found(tmp_path, packing.tarred({"x/" * 30_000: b"", "d/" * 30_000 + "a.csv": DATA}))
    assert found.numbers == NUMBERS
    assert all(member is not None and len(member) <= 1000 for member in found.members)


def test_links_devices_and_folders_in_tar(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as archive:
        kinds = (tarfile.LNKTYPE, tarfile.SYMTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE)
        for kind in kinds:
            info = tarfile.TarInfo(f"odd {kind.decode()}")
            info.type, info.linkname, info.devmajor = kind, "/etc/passwd", 1
            archive.addfile(info)
        path.with_name("a.csv").write_bytes(DATA)
        archive.add(path.with_name("a.csv"), "a.csv")
    packed = path.read_bytes()
    for each in list(tmp_path.iterdir()):
        each.unlink()
    found = Found(tmp_path, packed)
    assert (found.numbers, found.members, found.reasons) == (NUMBERS, ["a.csv"], "")


@pytest.mark.skipif(shutil.which("tar") is None, reason="tar is not on this machine")
@pytest.mark.parametrize("form", ["gnu", "posix", "oldgnu"])
def test_what_tar_writes_of_sparse_files(form: str, tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as file:
        for start, half in ((1 << 20, DATA[:500]), (9 << 20, DATA[500:])):
            file.seek(start)
            file.write(half)
        file.truncate(20 << 20)
    command = ["tar", "-S", f"--format={form}", "-cf", "a.tar", "sparse", "sparse"]
    packed = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    data = (tmp_path / "a.tar").read_bytes()
    for each in list(tmp_path.iterdir()):
        each.unlink()
    assert packed.returncode == 0, packed.stderr
    found = Found(tmp_path, data)
    assert len(found.numbers) >= len(NUMBERS) - 1  # the one that the hole cuts in two
    assert found.reasons == ""


def test_a_damaged_header_costs_a_name(tmp_path: Path) -> None:
    packed = bytearray(
        packing.tarred({"a.csv": DATA, "b.csv": rows(9, 100), "c.csv": rows(9, 200)}, tarfile.GNU_FORMAT)
    )
    place = packed.index(b"b.csv")
    packed[place] ^= 1
    found = Found(tmp_path, bytes(packed))
    assert {*NUMBERS, "7000108", "7000208"} <= found.numbers
    assert found.members == ["a.csv", "without a name 1", "c.csv"]
    assert "damaged" in found.reasons


def test_unknown_methods_are_named(tmp_path: Path) -> None:
    packed = bytearray(packing.zipped({"a.csv": DATA, "b.csv": rows(9, 100)}))
    for signature, method in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        packed[packed.index(signature) + method] = 98
    found = Found(tmp_path, bytes(packed))
    assert "PPMd" in found.reasons
    assert "7000108" in found.numbers
    ppmd = packing.PPMD({"a.csv": DATA})
    assert "PPMd" in Found(tmp_path, ppmd).reasons


def test_what_takes_much_memory_is_left(tmp_path: Path) -> None:
    greedy = bytearray(PACKED["lzma"])
    greedy[1:5] = (1 << 30).to_bytes(4, "little")
    for packed in (bytes(greedy), packing.wide_zstd(DATA)):
        assert "512 MiB" in Found(tmp_path, packed).reasons


def test_members_that_lie_over_one_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "_ALLOWANCE", 1 << 20)
    monkeypatch.setattr(streams, "_RATIO", 2)
    packed = packing.zipped({"a.csv": rows(9_000)})
    start = packed.index(b"PK\x01\x02")
    entry, end = packed[start : packed.index(b"PK\x05\x06")], packed[packed.index(b"PK\x05\x06") :]
    many = packed[:start] + entry * 500 + end[:12] + (500 * len(entry)).to_bytes(4, "little") + end[16:]
    found = Found(tmp_path, many)
    assert len(found.numbers) == 9_000
    assert "took too much" in found.reasons
    assert len(found.unread) < 20


def test_rar_is_read_by_bsdtar_or_said(tmp_path: Path) -> None:
    found = Found(tmp_path, COMPRESSORS["gz"](packing.rar({"x/a.csv": DATA, "b.csv": rows(9, 100)})), name="a.rar.gz")
    if shutil.which("bsdtar") is None:
        assert "libarchive-tools" in found.reasons
        return
    assert {*NUMBERS, "7000108"} <= found.numbers
    assert (found.members, found.reasons) == (["a.rar!x/a.csv", "a.rar!b.csv"], "")
    cut = Found(tmp_path, packing.rar({"x/a.csv": DATA, "b.csv": rows(9_000, 100)})[:-90_000])
    assert cut.numbers >= NUMBERS
    assert "bsdtar gave up" in cut.reasons
