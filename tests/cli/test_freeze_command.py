"""``honeytokens freeze``: one command, exit codes that a duty sheet can rely on."""

from __future__ import annotations

import json
from pathlib import Path

from .conftest import Run


def test_freeze_now_and_verify(run: Run, ready: Path, tmp_path: Path) -> None:
    (tmp_path / "access.log").write_text("GET /\n")
    refused = run("freeze", "now")
    assert (refused.code, "list of sources" in refused.err) == (3, True)
    listed = tmp_path / "decoys" / "freeze.toml"
    listed.write_text(f"destination = '{tmp_path}/kept'\n[[files]]\npaths = ['{tmp_path}/access.log']\n")
    done = run("freeze", "now", "--by", "A. Martin", "--name", "night", "--json")
    document = json.loads(done.out)
    assert (done.code, "--name night" in done.err) == (0, True)
    assert document["items"][0]["bytes"] == 6
    verified = run("freeze", "verify", str(tmp_path / "kept" / "night"))
    assert (verified.code, document["sha256"] in verified.out) == (0, True)
    listed.write_text(f"destination = '{tmp_path}/kept'\n[[files]]\npaths = ['{tmp_path}/*.log', '{tmp_path}/none']\n")
    partly = run("freeze", "now", "--name", "partly")
    assert (partly.code, "not read" in partly.err, "1 of 2 kept" in partly.out) == (4, True, True)
    copy = tmp_path / "kept" / "night" / "copies" / "000001"
    copy.chmod(0o600)
    copy.write_text("PUT /\n")
    changed = run("freeze", "verify", str(tmp_path / "kept" / "night"))
    assert (changed.code, "was changed" in changed.err) == (3, True)
    assert run("freeze", "verify", str(tmp_path)).code == 3
    for folder in (tmp_path / "kept").rglob("*"):
        if folder.is_dir():
            folder.chmod(0o700)
