"""The recovery page: typed in again, with every slip noticed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from honeytokens.errors import HomeError, KeyringError, OutputError
from honeytokens.keys import KEYRING, Keyring
from honeytokens.locks import KeyLock, PassphraseLock
from honeytokens.recovery import read_page, write_page
from honeytokens.workflows.home import Home
from honeytokens.workflows.keys import restore, rotate, write_recovery

OLD, NEW = PassphraseLock(b"old"), KeyLock(bytes(range(32)))
PAGE = write_page(Keyring((bytes(range(32)), bytes(range(32, 64)))))


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=5))
def test_a_page_gives_its_keyring_back(masters: list[bytes]) -> None:
    assert read_page(write_page(Keyring(tuple(masters)))).masters == tuple(masters)


def test_a_page_may_be_typed_in_any_case_with_usual_misreadings() -> None:
    title, rest = PAGE.split("\n", 1)
    typed = rest.lower().replace("o", "0").replace("0f", "of").replace("  ", " ")
    assert read_page(f"{title}\n{typed}".replace("c0mpare", "compare")).newest == 2


@given(st.data())
def test_one_wrong_letter_is_noticed(data: st.DataObject) -> None:
    line = next(line for line in PAGE.splitlines() if line.startswith("2 of 2"))
    places = [place for place, char in enumerate(line) if place > 8 and char.isupper() and "check" not in line[place:5]]
    place = data.draw(st.sampled_from(places))
    letter = data.draw(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567").filter(lambda new: new != line[place]))
    with pytest.raises(KeyringError, match=r"Key 2 .*not typed"):
        read_page(PAGE.replace(line, line[:place] + letter + line[place + 1 :]))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "something else",
        "\n".join(line for line in PAGE.splitlines() if not line.startswith("1 of")),
        "\n".join(line for line in PAGE.splitlines() if not line.startswith("2 of")),
        "\n".join(line for line in PAGE.splitlines() if " of 2" not in line),
        "\n".join(sorted(PAGE.splitlines(), key=lambda line: "1 of 2" in line)),
    ],
)
def test_a_page_that_is_not_whole_is_refused(text: str) -> None:
    with pytest.raises(KeyringError):
        read_page(text)


def test_a_home_is_rotated_and_its_keyring_restored(tmp_path: Path) -> None:
    path, page = tmp_path / "home", tmp_path / "recovery.txt"
    with Home.create(path, OLD) as home:
        home.registry.log(home.now(), "test", "before")
        first = home.keyring.subkey("campaign/00")
        assert rotate(home, OLD) == 2
    with Home.open(path, OLD) as home:
        assert home.keyring.subkey("campaign/00", 1) == first
        assert home.keyring.subkey("campaign/00") != first
        assert ("test", "before") in [(kind, detail) for _, kind, detail in home.registry.events()]
        write_recovery(home, page, force=False)
        assert page.stat().st_mode & 0o777 == 0o600
        with pytest.raises(OutputError, match="exists"):
            write_recovery(home, page, force=False)
    with pytest.raises(HomeError, match="already"):
        restore(path, page.read_text(), NEW)
    (path / KEYRING).unlink()
    assert restore(path, page.read_text(), NEW) == 2
    with Home.open(path, NEW) as home:
        assert ("test", "before") in [(kind, detail) for _, kind, detail in home.registry.events()]


def test_a_keyring_holds_255_keys_at_most() -> None:
    full = Keyring(tuple(bytes([number % 256]) * 32 for number in range(255)))
    with pytest.raises(KeyringError, match="255"):
        full.rotated()
