"""What thieves do to rows, written without a look at how scanning reads them: it imports nothing of it."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime

Row = dict[str, str]

MONTHS_FR = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def epoch_seconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


DATES: dict[str, Callable[[date], str]] = {
    "iso": date.isoformat,
    "iso_time": lambda d: f"{d.isoformat()} 00:00:00",
    "iso_utc": lambda d: f"{d.isoformat()}T00:00:00.000Z",
    "fr": lambda d: f"{d.day:02d}/{d.month:02d}/{d.year}",
    "us": lambda d: f"{d.month:02d}/{d.day:02d}/{d.year}",
    "us_bare": lambda d: f"{d.month}/{d.day}/{d.year}",
    "dots_short": lambda d: f"{d.day:02d}.{d.month:02d}.{d.year % 100:02d}",
    "dashes": lambda d: f"{d.day:02d}-{d.month:02d}-{d.year}",
    "compact": lambda d: f"{d.year}{d.month:02d}{d.day:02d}",
    "compact_fr": lambda d: f"{d.day:02d}{d.month:02d}{d.year}",
    "hl7": lambda d: f"{d.year}{d.month:02d}{d.day:02d}000000",
    "words_fr": lambda d: f"{d.day} {MONTHS_FR[d.month - 1]} {d.year}",
    "words_en": lambda d: f"{d.day:02d}-{MONTHS_EN[d.month - 1]}-{d.year}",
    "words_us": lambda d: f"{MONTHS_EN[d.month - 1]} {d.day}, {d.year}",
    "excel": lambda d: str((d - date(1899, 12, 30)).days),
    "seconds": lambda d: str(epoch_seconds(d)),
    "milliseconds": lambda d: str(1000 * epoch_seconds(d)),
    "paris_midnight": lambda d: str(epoch_seconds(d) - 3600),
}

PHONES: dict[str, Callable[[str], str]] = {
    "spaced": lambda p: " ".join(p[i : i + 2] for i in range(0, 10, 2)),
    "bare": lambda p: p,
    "dotted": lambda p: ".".join(p[i : i + 2] for i in range(0, 10, 2)),
    "dashed": lambda p: "-".join(p[i : i + 2] for i in range(0, 10, 2)),
    "plus": lambda p: f"+33{p[1:]}",
    "plus_spaced": lambda p: f"+33 {p[1]} " + " ".join(p[i : i + 2] for i in range(2, 10, 2)),
    "plus_zero": lambda p: f"+33 (0){p[1]} " + " ".join(p[i : i + 2] for i in range(2, 10, 2)),
    "double_zero": lambda p: f"0033{p[1:]}",
    "number": lambda p: p[1:],
    "country": lambda p: f"33{p[1:]}",
}


def bare_phone(row: Row) -> str:
    return row["phone"].replace(" ", "")


def without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def mojibake(text: str, times: int = 1) -> str:
    for _ in range(times):
        text = text.encode().decode("latin-1")
    return text


def each(change: Callable[[str], str]) -> Callable[[Row], Row]:
    return lambda row: {column: change(text) for column, text in row.items()}


def cut_names(row: Row) -> Row:
    return {**row, "surname": row["surname"][:5], "first_name": row["first_name"][:8]}


def one_letter_wrong(row: Row) -> Row:
    text = row["surname"]
    return {**row, "surname": f"{text[:3]}{'o' if text[3:4] != 'o' else 'e'}{text[4:]}"}


def swapped_names(row: Row) -> Row:
    return {**row, "surname": row["first_name"], "first_name": row["surname"]}


def joined_names(row: Row) -> Row:
    return {**row, "surname": f"M. {row['surname'].upper()} {row['first_name']}", "first_name": ""}


WORDING: dict[str, Callable[[Row], Row]] = {
    "as_is": lambda row: row,
    "no_accents": each(without_accents),
    "upper": each(str.upper),
    "upper_no_accents": each(lambda text: without_accents(text).upper()),
    "decomposed": each(lambda text: unicodedata.normalize("NFD", text)),
    "mojibake": each(mojibake),
    "double_mojibake": each(lambda text: mojibake(text, 2)),
    "no_hyphens": each(lambda text: text.replace("-", " ") if "@" not in text and text[:4] > "9" else text),
    "cut_names": cut_names,
    "one_letter_wrong": one_letter_wrong,
    "swapped_names": swapped_names,
    "joined_names": joined_names,
}


def columns(row: Row, *names: str) -> Row:
    return {name: row[name] for name in names}


def as_csv(rows: Iterable[Sequence[str]], delimiter: str = ";", quoting: int = csv.QUOTE_MINIMAL) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator="\n").writerows(rows)  # type: ignore[arg-type]
    return out.getvalue()


def mysql_string(text: str) -> str:
    for plain, escaped in (("\\", "\\\\"), ("'", "\\'"), ("\n", "\\n"), ("\r", "\\r"), ("\0", "\\0"), ("\x1a", "\\Z")):
        text = text.replace(plain, escaped)
    return f"'{text}'"


def standard_string(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def as_mysql(rows: Iterable[Sequence[str]]) -> str:
    values = ",".join("(" + ",".join(("NULL", *map(mysql_string, row))) + ")" for row in rows)
    return (
        f"-- MariaDB dump 10.19\nCREATE TABLE `p` (\n  `id` int\n);\nINSERT INTO `p` VALUES {values};\nUNLOCK TABLES;\n"
    )


def as_mysql_hex(rows: Iterable[Sequence[str]]) -> str:
    values = ",\n".join("(1," + ",".join("0x" + text.encode().hex().upper() for text in row) + ")" for row in rows)
    return f"-- MySQL dump 8\nINSERT INTO `p` (`id`,\n `x`) VALUES\n{values};\n"


def as_inserts(rows: Iterable[Sequence[str]]) -> str:
    lines = ("INSERT INTO public.p VALUES (" + ", ".join(map(standard_string, row)) + ");\n" for row in rows)
    return "--\n-- PostgreSQL database dump\n--\nSET standard_conforming_strings = on;\n" + "".join(lines)


def copy_text(text: str) -> str:
    for plain, escaped in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r")):
        text = text.replace(plain, escaped)
    return text


def as_copy(rows: Iterable[Sequence[str]]) -> str:
    lines = "".join("\t".join(("\\N", *map(copy_text, row))) + "\n" for row in rows)
    return f"--\n-- PostgreSQL database dump\n--\nCOPY public.p (id, x) FROM stdin;\n{lines}\\.\n\nSELECT 1;\n"


def as_ndjson(rows: Iterable[Row]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def as_json(rows: Iterable[Row]) -> str:
    return json.dumps({"count": 2, "data": {"patients": list(rows)}}, ensure_ascii=False)


def as_pretty_json(rows: Iterable[Row]) -> str:
    return json.dumps(list(rows), indent=2)


def as_fhir(rows: Iterable[Row]) -> str:
    return json.dumps(
        {
            "resourceType": "Bundle",
            "entry": [
                {
                    "fullUrl": f"urn:{number}",
                    "resource": {
                        "resourceType": "Patient",
                        "identifier": [{"system": "urn:ipp", "value": row["local_id"]}],
                        "name": [{"family": row["surname"], "given": [row["first_name"]]}],
                        "telecom": [{"system": "phone", "value": row["phone"]}],
                        "birthDate": row["birth_date"],
                        "address": [{"line": [row["street"]], "postalCode": row["postcode"], "city": row["town"]}],
                    },
                }
                for number, row in enumerate(rows)
            ],
        }
    )
