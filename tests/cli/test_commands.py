"""What every command owes its user: help with an example, one clear line for each mistake, documented exit codes."""

from __future__ import annotations

import html
import json
import os
import pty
import re
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import click
import pytest
import sqlalchemy as sa

from honeytokens.cli import COMMANDS, group
from honeytokens.cli.options import _SUBCOMMANDS

from .conftest import MAPPING, SCHEMA, Run


def every_command() -> list[tuple[str, click.Command]]:
    context = click.Context(group)
    found: list[tuple[str, click.Command]] = []
    for name in COMMANDS:
        command = group.get_command(context, name)
        assert command is not None
        found.append((name, command))
        if isinstance(command, click.Group):
            found += [(f"{name} {sub}", each) for sub, each in command.commands.items()]
    return found


@pytest.mark.parametrize(("name", "command"), every_command(), ids=[name for name, _ in every_command()])
def test_every_command_shows_an_example_of_itself(name: str, command: click.Command) -> None:
    assert command.help is not None
    assert "\b" in command.help
    assert re.search(rf"Examples?:\n(.*\n)*?.*honeytokens {name}", command.help), command.help
    for option in command.params:
        if isinstance(option, click.Option) and not option.hidden:
            assert option.help, f"{name} {option.name}"


def test_the_configuration_file_reaches_every_subcommand() -> None:
    nested = {name.split(" ", 1)[1] for name, _ in every_command() if " " in name}
    assert nested == set(_SUBCOMMANDS)


def test_help_loads_nothing_heavy() -> None:
    """It is why --help answers at once."""
    check = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from honeytokens.cli import group\n"
        "assert CliRunner().invoke(group, ['--help']).exit_code == 0\n"
        "assert CliRunner().invoke(group, ['plan', '--help']).exit_code == 0\n"
        "heavy = {'polars', 'numpy', 'sqlalchemy', 'pydantic', 'fastapi', 'jinja2', 'cryptography', 'faker'}\n"
        "print(sorted(heavy & sys.modules.keys()))\n"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_front_page_lists_every_command_and_exit_code(run: Run) -> None:
    done = run("--help")
    assert done.code == 0
    for name in COMMANDS:
        assert f"\n  {name} " in done.out
    assert "Exit codes: 0 done" in done.out


def test_the_whole_road(run: Run, ready: Path, tmp_path: Path) -> None:
    planned = run("plan", "spring", "--system", "his", "--establishment", "saint-anne", "-n", "12", "--json")
    assert planned.code == 0, planned.err
    assert json.loads(planned.out)["decoys"] == 12
    assert json.loads(run("apply", "--json").out)["planted"] == 12
    assert json.loads(run("apply", "--json").out)["planted"] == 0
    assert json.loads(run("status", "--json").out)[0]["states"]["planted"] == 12
    assert run("verify").code == 0
    connection = sqlite3.connect(ready)
    leaked = connection.execute("select nom, prenom, naissance, adresse, cp from patients").fetchall()
    connection.close()
    (tmp_path / "leak.csv").write_text("\n".join(";".join(map(str, row)) for row in leaked))
    found = run("scan", "leak.csv", "--json")
    assert found.code == 1
    document = json.loads(found.out)
    assert len({hit["decoy"] for hit in document["hits"]}) == 12
    assert document["complete"] is True
    (tmp_path / "scan.json").write_text(found.out)
    assert run("report", "scan.json", "-o", "report.html").code == 0
    assert (tmp_path / "report.html").read_text().lower().startswith("<!doctype html>")
    refused = run("report", "scan.json", "-o", "report.html")
    assert (refused.code, "--force" in refused.err) == (3, True)
    spoken = run("scan", "leak.csv")
    assert spoken.code == 1
    assert "Confirmed" in spoken.out
    surname, first_name, born, *_ = leaked[1]
    assert run("whois", f"{surname} {first_name}", born).code == 1
    assert run("whois", "Nobody At All").code == 0
    assert run("is-decoy", "--system", "his", "2", "--json").out.strip() == '{\n  "2": true\n}'
    assert run("is-decoy", "--system", "his", "1").code == 0
    exported = run("generate", "--campaign", "spring", "--format", "ndjson")
    assert len(exported.out.splitlines()) == 12
    assert run("withdraw", "--all", "--preview").code == 0
    withdrawn = json.loads(run("withdraw", "--all", "--json").out)
    assert (withdrawn["withdrawn"], withdrawn["refused"]) == (12, [])
    assert run("doctor").code == 0


def test_the_hosts_own_practitioners_are_named_and_planned_campaigns_keep_theirs(
    run: Run, ready: Path, tmp_path: Path
) -> None:
    (tmp_path / "doctors.csv").write_text("\ufeffsurname;first_name;code;number;specialty\nRoy;Paul;18;10002478914;\n")
    done = run("establishment", "practitioners", "saint-anne", "doctors.csv")
    assert (done.code, done.out) == (0, "saint-anne has 1 practitioners.\n")
    planned = run("plan", "spring", "--system", "his", "--establishment", "saint-anne", "-n", "12", "--json")
    assert json.loads(planned.out)["policies"]["practitioner"] == "owned"
    (tmp_path / "doctors.csv").write_text("surname,first_name\nPetit,Luc\n")
    assert run("establishment", "practitioners", "saint-anne", "doctors.csv").code == 0
    assert "ROY Paul" in run("preview", "--campaign", "spring", "-n", "12").out
    fresh = run("generate", "-n", "20", "--establishment", "saint-anne", "--format", "fhir-bundle").out
    assert "Luc Petit" in fresh
    assert "saint-anne" in fresh
    assert "Roy" not in fresh


def test_letters_of_a_campaign_are_found_in_a_leak_and_stays_name_the_doctor_by_the_code(
    run: Run, ready: Path, tmp_path: Path
) -> None:
    connection = sqlite3.connect(ready)
    connection.execute("create table stays (id integer primary key, patient integer, since datetime, doctor integer)")
    connection.commit()
    (tmp_path / "doctors.csv").write_text("surname,first_name,code\nRoy,Paul,18\n")
    assert run("establishment", "practitioners", "saint-anne", "doctors.csv").code == 0
    stay = '[stay]\ntable = "stays"\nkey = "id"\nparent_column = "patient"\n'
    stay += '[stay.columns]\nsince = "admitted"\ndoctor = "practitioner"\n'
    (tmp_path / "stays.toml").write_text(MAPPING + stay)
    assert run("system", "change", "his", "--mapping", "stays.toml").code == 0
    assert run("plan", "spring", "--system", "his", "--establishment", "saint-anne", "-n", "8").code == 0
    assert run("apply").code == 0
    assert connection.execute("select distinct doctor from stays").fetchall() == [(18,)]
    connection.close()
    assert run("verify").code == 0
    for name in ("pdf", "docx"):
        assert run("generate", "--campaign", "spring", "--format", name, "-o", f"{name}.zip").code == 0
        found = json.loads(run("scan", f"{name}.zip", "--json").out)
        assert len({hit["decoy"] for hit in found["hits"]}) >= 6


def test_scan_exit_codes(run: Run, ready: Path, tmp_path: Path) -> None:
    run("plan", "spring", "--system", "his", "--establishment", "saint-anne", "-n", "3")
    run("apply")
    (tmp_path / "empty").touch()
    (tmp_path / "binary").write_bytes(os.urandom(5000))
    (tmp_path / "other.csv").write_text("a;b\n1;2\n")
    (tmp_path / "locked.7z").write_bytes(b"7z\xbc\xaf\x27\x1c" + os.urandom(200))
    with zipfile.ZipFile(tmp_path / "cut.zip", "w") as archive:
        archive.writestr("a.csv", "x;y\n" * 5000)
    whole = (tmp_path / "cut.zip").read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[: len(whole) // 2])
    assert run("scan", "empty").code == 0
    assert run("scan", "other.csv").code == 0
    assert run("scan", "binary").code in (0, 4)
    unread = run("scan", "locked.7z")
    assert unread.code == 4
    assert "locked.7z" in unread.err
    assert run("scan", "cut.zip").code == 4
    both = run("scan", "other.csv", "locked.7z", "--json")
    assert (both.code, json.loads(both.out)["complete"]) == (4, False)
    missing = run("scan", "nowhere.csv")
    assert (missing.code, missing.err.count("\n")) == (4, 1)
    assert "nowhere.csv" in missing.err


MISTAKES: list[tuple[list[str], int, str]] = [
    (["plan"], 2, "Missing argument"),
    (["nonsense"], 2, "No such command"),
    (["plan", "x", "--system", "his", "--establishment", "saint-anne", "-n", "0"], 2, "range"),
    (
        ["plan", "x", "--system", "his", "--establishment", "saint-anne", "-n", "3", "--over", "soon"],
        2,
        "length of time",
    ),
    (["plan", "x", "--system", "his", "--establishment", "saint-anne", "-n", "3", "--start", "x"], 2, "no date"),
    (["plan", "x", "--system", "no", "--establishment", "saint-anne", "-n", "3"], 3, "There is no system named no"),
    (["establishment", "add", "saint-anne", "--code", "1", "--postcode", "75014"], 3, "already"),
    (["establishment", "add", "b", "--code", "1", "--postcode", "75014", "--finess", "12"], 3, "FINESS"),
    (["system", "change", "no", "--url", "sqlite:///his.db"], 3, "There is no system named no"),
    (["system", "change", "his", "--mapping", "nowhere.toml"], 3, "nowhere.toml"),
    (["system", "add", "b", "sqlite:///nowhere.db", "--mapping", "his.toml"], 3, "nowhere.db"),
    (["system", "add", "b", "not a url", "--mapping", "his.toml"], 3, "URL"),
    (["system", "add", "b", "oracle://h/d", "--mapping", "his.toml"], 3, "no known kind"),
    (["system", "add", "b", "sqlite:///his.db", "--mapping", "nowhere.toml"], 3, "nowhere.toml"),
    (["system", "add", "b", "postgresql://u@127.0.0.1:9/d", "--mapping", "his.toml"], 3, "127.0.0.1"),
    (["system", "add", "b", "mysql://u@127.0.0.1:9/d", "--mapping", "his.toml"], 3, "127.0.0.1"),
    (["pool", "add", "mail", "not a domain"], 3, "domain"),
    (["pool", "add", "mail", "example.com"], 3, "reserved"),
    (["pool", "add", "phone", "0639981234"], 3, "#"),
    (["withdraw"], 2, "--all"),
    (["withdraw", "--campaign", "x"], 3, "There is no campaign named x"),
    (["apply", "--campaign", "x"], 3, "There is no campaign named x"),
    (["is-decoy", "--system", "no", "1"], 3, "There is no system named no"),
    (["generate"], 2, "-n"),
    (["generate", "-n", "3", "--demo", "--format", "odt"], 3, "csv"),
    (["generate", "-n", "3", "--demo", "--locale", "xx"], 3, "fr_fr"),
    (["generate", "-n", "3", "--demo", "--format", "csv", "--beacon"], 2, "pdf or docx"),
    (["generate", "-n", "3", "--format", "pdf", "--beacon"], 3, "honeytokens pool add web"),
    (["generate", "-n", "0", "--demo"], 2, "0 is not in the range"),
    (["generate", "-n", "-3", "--demo"], 2, "-3 is not in the range"),
    (["generate", "-n", "3", "--policy", "phone=owned"], 3, "honeytokens pool add phone"),
    (["generate", "-n", "3", "--policy", "phone=reserved"], 3, "--demo"),
    (["generate", "-n", "3", "--policy", "phone=invented"], 2, "owned, empty, reserved"),
    (["generate", "-n", "3", "--policy", "blood_group=owned"], 2, "national_id"),
    (["generate", "-n", "3", "--policy", "practitioner=owned"], 3, "honeytokens establishment practitioners"),
    (["generate", "-n", "3", "--locale", "en_gb", "--policy", "national_id=above_ceiling"], 3, "no ceiling"),
    (["generate", "-n", "3", "--establishment", "nowhere"], 3, "There is no establishment named nowhere"),
    (["generate", "-n", "3", "--establishment", "saint-anne", "--demo"], 2, "--demo"),
    (["generate", "--campaign", "x", "--policy", "phone=empty"], 2, "its own"),
    (["establishment", "practitioners", "nowhere", "doctors.csv"], 3, "There is no establishment named nowhere"),
    (["establishment", "practitioners", "saint-anne", "nowhere.csv"], 2, "nowhere.csv"),
    (["establishment", "practitioners", "saint-anne", "his.toml"], 3, "no surname"),
    (["establishment", "practitioners", "saint-anne", "his.db"], 2, "UTF-8"),
    (["establishment", "practitioners", "saint-anne", "wrong.csv"], 3, "Line 3 of the list of practitioners"),
    (["pool", "add", "mail", "Gmail.com"], 3, "mailboxes to anybody"),
    (["pool", "add", "phone", "06 39 98 ##"], 3, "too short"),
    (["generate", "-n", "3", "--demo", "-o", "nowhere/x.csv"], 3, "nowhere/x.csv"),
    (["generate", "-n", "3", "--demo", "-o", "his.toml"], 3, "--force"),
    (["generate", "-n", "3", "--demo", "--force", "-o", "/dev/null"], 3, "not an ordinary file"),
    (["report", "his.toml"], 3, "scan --json"),
    (["report", "nowhere.json"], 3, "nowhere.json"),
    (["status", "--home", "nowhere"], 3, "honeytokens init"),
    (["init"], 3, "already"),
    (["--config", "nowhere.toml", "status"], 3, "nowhere.toml"),
    (["status", "--passphrase-fd", "77"], 3, "77"),
    (["status", "--passphrase-file", "nowhere"], 3, "nowhere"),
    (["status", "--passphrase-file", "his.toml"], 3, "chmod 600"),
]


@pytest.mark.parametrize(("arguments", "code", "said"), MISTAKES, ids=[" ".join(row[0])[:60] for row in MISTAKES])
def test_a_mistake_gets_one_clear_line(shared_ready: Run, arguments: list[str], code: int, said: str) -> None:
    done = shared_ready(*arguments)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    if code == 3:
        assert done.err.startswith("honeytokens: ")
        assert done.err.count("\n") == 1


@pytest.fixture(scope="module")
def shared_ready(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A home that knows a hospital, shared by all mistakes: none of them may change it."""
    folder = tmp_path_factory.mktemp("mistakes")
    secret = folder / "passphrase"
    secret.touch(0o600)
    secret.write_text("correct horse")
    from .conftest import Result

    connection = sqlite3.connect(folder / "his.db")
    connection.executescript(SCHEMA)
    connection.close()
    (folder / "his.toml").write_text(MAPPING)
    (folder / "his.toml").chmod(0o644)
    (folder / "doctors.csv").write_text("surname,first_name,number\nRoy,Paul,10002478914\n")
    (folder / "wrong.csv").write_text("surname,first_name,number\nRoy,Paul,10002478914\nRoy,Paul,10002478913\n")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "HONEYTOKENS_HOME": str(folder / "decoys"),
        "HONEYTOKENS_PASSPHRASE_FILE": str(secret),
    }

    def runner(*arguments: str) -> Result:
        done = subprocess.run(
            [sys.executable, "-m", "honeytokens", *arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    for command in (
        ["init"],
        ["establishment", "add", "saint-anne", "--code", "1", "--postcode", "75014"],
        ["system", "add", "his", "sqlite:///his.db", "--mapping", "his.toml"],
    ):
        done = runner(*command)
        assert done.code == 0, done.err
    return runner


def test_a_wrong_passphrase_is_said(run: Run, ready: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.touch(0o600)
    wrong.write_text("incorrect horse")
    done = run("status", "--passphrase-file", "wrong")
    assert (done.code, done.out, done.err.count("\n")) == (3, "", 1)
    assert "wrong passphrase" in done.err


def test_no_passphrase_and_no_terminal(run: Run, ready: Path) -> None:
    done = run("status", HONEYTOKENS_PASSPHRASE_FILE="")
    assert done.code == 3
    assert "--passphrase-file" in done.err


def test_the_passphrase_may_come_by_descriptor_or_credential(
    run: Run, ready: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    environment = {k: v for k, v in environment.items() if k != "HONEYTOKENS_PASSPHRASE_FILE"}
    reader, writer = os.pipe()
    os.write(writer, b"correct horse\n")
    os.close(writer)
    command = [sys.executable, "-m", "honeytokens", "status"]
    by_descriptor = subprocess.run(
        [*command, "--passphrase-fd", str(reader)], cwd=tmp_path, env=environment, pass_fds=[reader], check=False
    )
    os.close(reader)
    assert by_descriptor.returncode == 0
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "honeytokens-passphrase").touch(0o600)
    (credentials / "honeytokens-passphrase").write_text("correct horse")
    by_credential = subprocess.run(
        command, cwd=tmp_path, env=environment | {"CREDENTIALS_DIRECTORY": str(credentials)}, check=False
    )
    assert by_credential.returncode == 0


def test_the_passphrase_is_asked_for_at_a_terminal(ready: Path, tmp_path: Path, environment: dict[str, str]) -> None:
    environment = {k: v for k, v in environment.items() if k != "HONEYTOKENS_PASSPHRASE_FILE"}
    parent, child = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "honeytokens", "status"],
        cwd=tmp_path,
        env=environment | {"TERM": "dumb"},
        stdin=child,
        stdout=subprocess.PIPE,
        stderr=child,
    )
    os.close(child)
    shown = b""
    while b"Passphrase" not in shown:
        shown += os.read(parent, 1024)
    os.write(parent, b"correct horse\n")
    out, _ = process.communicate()
    os.close(parent)
    assert process.returncode == 0
    assert b"No campaign yet" in out
    assert b"correct horse" not in shown


def test_flags_come_before_the_environment_before_the_file(
    run: Run, ready: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    config = tmp_path / ".config" / "honeytokens"
    config.mkdir(parents=True)
    (config / "config.toml").write_text(f'home = "{tmp_path / "decoys"}"\n[generate]\ncount = 4\ndemo = true\n')
    assert run("status", HONEYTOKENS_HOME="").code == 0
    assert run("status", HONEYTOKENS_HOME="elsewhere").code == 3
    assert run("status", "--home", "decoys", HONEYTOKENS_HOME="elsewhere").code == 0
    assert len(run("generate").out.splitlines()) == 5
    assert len(run("generate", HONEYTOKENS_GENERATE_COUNT="2").out.splitlines()) == 3
    assert len(run("generate", "-n", "1", HONEYTOKENS_GENERATE_COUNT="2").out.splitlines()) == 2
    (config / "config.toml").write_text("home = [")
    broken = run("status")
    assert (broken.code, broken.err.count("\n")) == (3, 1)


def test_a_password_on_the_command_line_is_sealed(run: Run, ready: Path, tmp_path: Path, postgresql_url: str) -> None:
    url = sa.make_url(postgresql_url)
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text(SCHEMA.split(";", maxsplit=1)[0].replace("autoincrement", "")))
    engine.dispose()
    added = run("system", "add", "pg", postgresql_url, "--mapping", "his.toml")
    assert added.code == 0, added.err
    listed = run("system", "list", "--json")
    assert str(url.host) in listed.out
    stolen = b"".join(file.read_bytes() for file in (tmp_path / "decoys").iterdir())
    assert url.password
    assert str(url.password) not in added.out + added.err + listed.out
    assert str(url.password).encode() not in stolen


def test_a_closed_pipe_ends_quietly(run: Run, tmp_path: Path, environment: dict[str, str]) -> None:
    command = f"{sys.executable} -m honeytokens generate -n 200000 --demo | head -n 2; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert len(done.stdout.splitlines()) == 2
    assert done.returncode == 3  # not 1, which means that decoys were found
    assert done.stderr == ""


def test_a_full_disk_is_one_line_and_no_partial_file(run: Run, tmp_path: Path, environment: dict[str, str]) -> None:
    limited = f"ulimit -f 200; exec {sys.executable} -m honeytokens generate -n 50000 --demo -o big.csv"
    done = subprocess.run(
        ["bash", "-c", limited], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 3
    assert done.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir() if "big" in path.name] == []
    with Path("/dev/full").open("w") as full:
        to_full = subprocess.run(
            [sys.executable, "-m", "honeytokens", "generate", "-n", "3", "--demo"],
            cwd=tmp_path,
            env=environment,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (to_full.returncode, to_full.stderr.count("\n")) == (3, 1)


def test_a_full_disk_leaves_the_registry_whole(
    run: Run, ready: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    plan = "plan spring --system his --establishment saint-anne -n 200"
    limited = f"ulimit -f 90; exec {sys.executable} -m honeytokens {plan}"
    done = subprocess.run(
        ["bash", "-c", limited], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr.count("\n")) == (3, 1), done.stderr
    assert "Free space" in done.stderr
    assert "No campaign yet" in run("status").out
    assert run(*plan.split()).code == 0


def test_no_colour_and_no_bar_where_there_is_no_terminal(run: Run, ready: Path) -> None:
    done = run("plan", "spring", "--system", "his", "--establishment", "saint-anne", "-n", "3")
    assert "\x1b" not in done.out + done.err
    assert done.err == ""


def test_decoys_can_be_looked_at_before_anything_is_planted(run: Run, ready: Path, tmp_path: Path) -> None:
    assert "╭" in run("preview", "-n", "1").out
    planned = run("plan", "spring", "--system", "his", "--establishment", "saint-anne", "-n", "5")
    assert planned.code == 0, planned.err
    written = run("generate", "--campaign", "spring", "--format", "ndjson").out
    people = [json.loads(line) for line in written.splitlines()]
    shown = run("preview", "--campaign", "spring", "-n", "2")
    assert [person["surname"].upper() in shown.out for person in people[:3]] == [True, True, False]
    assert run("preview", "--campaign", "spring", "-n", "5", "-o", "page.html").code == 0
    assert all(person["street"] in html.unescape((tmp_path / "page.html").read_text()) for person in people)
    assert run("preview", "-o", "page.html").code == 3


def test_completion_is_offered(run: Run) -> None:
    done = run(_HONEYTOKENS_COMPLETE="bash_source")
    assert "complete" in done.out


def test_a_stopped_command_says_so(environment: dict[str, str], tmp_path: Path) -> None:
    waiting, home = tmp_path / "pipe", tmp_path / "home"
    os.mkfifo(waiting, 0o600)
    home.mkdir(mode=0o700)
    command = [sys.executable, "-m", "honeytokens", "apply", "--home", str(home), "--passphrase-file", str(waiting)]
    with (
        subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process,
        waiting.open("wb"),  # opens when the command is there to read its passphrase
    ):
        process.terminate()
        _, said = process.communicate(timeout=20)
    assert (process.returncode, said.strip()) == (130, "honeytokens: stopped")


def test_a_system_is_found_from_any_folder(run: Run, ready: Path) -> None:
    assert json.loads(run("system", "list", "--json").out)[0]["url"] == f"sqlite:///{ready}"


def test_a_fault_of_ours_is_one_line_without_values_and_never_looks_like_a_finding(
    environment: dict[str, str], tmp_path: Path
) -> None:
    program = (
        "import sys, honeytokens.workflows.generate as made\n"
        "def fail(*_, **__): raise ValueError('Durand Camille 12/03/1961')\n"
        "made.generate_demo = fail\n"
        "sys.argv = ['honeytokens', 'generate', '-n', '1', '--demo']\n"
        "from honeytokens.cli import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (3, "", 1)
    assert "unexpected ValueError at" in done.stderr
    assert "Durand" not in done.stderr
