"""Screenshots and scanned pages: read where the optional packages are, and else said with how to install them."""

from __future__ import annotations

import io
import random
from pathlib import Path

import people
import pytest

from honeytokens.scanning import Index, scan
from honeytokens.scanning.readers import pictures

HAS_OCR = pictures.can_read_pictures()
needs_ocr = pytest.mark.skipif(not HAS_OCR, reason="NOT TESTED: pictures are read by pip install 'honeytokens[ocr]'")
COLUMNS = ("surname", "first_name", "birth_date", "postcode", "phone")
DECOYS = [people.person(random.Random(seed), domain="decoys.example") for seed in range(6)]
KNOWN = people.known(DECOYS)


def found(path: Path) -> tuple[set[int], list[str]]:
    result = scan([path], KNOWN, Index.build(KNOWN, people.KEY))
    return {hit.decoy.serial for hit in result.hits}, [unread.reason for unread in result.unread]


def screenshot(kind: str, rows: int = 6) -> bytes:
    """Draw a table as an application shows it; a long one is read in strips."""
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.new("RGB", (1100, 60 + 60 * rows), "white")
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(22)
    for place in range(6):
        cells = DECOYS[place].row(*COLUMNS)
        for left, text in zip((10, 220, 430, 620, 760), cells, strict=True):
            draw.text((left, 20 + place * (rows // 6) * 60), text, fill="black", font=font)
    out = io.BytesIO()
    picture.save(out, kind)
    return out.getvalue()


@needs_ocr
@pytest.mark.parametrize(("kind", "rows"), [("PNG", 6), ("JPEG", 36)])
def test_screenshots(tmp_path: Path, kind: str, rows: int) -> None:
    (tmp_path / "shot").write_bytes(screenshot(kind, rows))
    decoys, unread = found(tmp_path / "shot")
    assert (len(decoys) >= 5, unread) == (True, [])


@needs_ocr
def test_a_scanned_page(tmp_path: Path) -> None:
    from PIL import Image

    Image.open(io.BytesIO(screenshot("PNG"))).save(tmp_path / "scan.pdf", "PDF", resolution=150)
    decoys, unread = found(tmp_path / "scan.pdf")
    assert (len(decoys) >= 5, unread) == (True, [])


@needs_ocr
def test_pictures_that_cannot_be_read_are_said(tmp_path: Path) -> None:
    from PIL import Image

    whole = screenshot("PNG")
    Image.new("1", (20_000, 20_000)).save(tmp_path / "bomb", "PNG")
    for name, data, word in (("cut", whole[: len(whole) // 2], "damaged"), ("bomb", None, "pixels")):
        if data is not None:
            (tmp_path / name).write_bytes(data)
        assert word in " ".join(found(tmp_path / name)[1])


def test_without_the_packages_it_is_said_how_to_install_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("honeytokens.scanning.readers.picture_file.can_read_pictures", lambda: False)
    (tmp_path / "shot.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    decoys, (reason,) = found(tmp_path / "shot.png")
    assert (decoys, "honeytokens[ocr]" in reason) == (set(), True)


def test_the_process_that_parses_has_no_network() -> None:
    """It is where a picture's or document's parser runs, and where such a parser's maker would be told of its use."""
    from honeytokens.scanning.readers.parser_server import _Server

    server = _Server()
    try:
        assert server.answers()
        interfaces = Path(f"/proc/{server._process.pid}/net/dev").read_text().splitlines()[2:]
        environment = Path(f"/proc/{server._process.pid}/environ").read_text()
    finally:
        server.stop()
    assert "ORT_DISABLE_TELEMETRY=1" in environment
    if Path("/proc/self/ns/net").exists() and _may_unshare():
        assert [line.split(":")[0].strip() for line in interfaces] == ["lo"]


def _may_unshare() -> bool:
    import subprocess
    import sys

    check = "import ctypes; u = ctypes.CDLL(None).unshare; raise SystemExit(u(1 << 30) and u(5 << 28))"
    return subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
