"""Distil the names of ``fr_be``, ``fr_lu`` and ``en_us`` from the vocabularies of PyPI ``faker`` 40.

Run it in the project's environment; two runs with the same ``faker`` give the same bytes::

    python tools/distil_names.py

Belgian, Luxembourgish and American lists have weights of their own. Portuguese and Italian ones have none: the names
that a hand-written order has weigh ``10000 / (rank + flat)``, all others as the last of them or less. French names come
from our own tables of ``fr_fr``, and so does when the French first names of Belgium and Luxembourg were given, as far
as France had them; for others see ``name_eras``.
"""

import gzip
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from name_eras import ERAS, era_factors

from honeytokens.locales.fr_fr import tables as french

DATA = Path(__file__).parents[1] / "honeytokens" / "locales" / "data"
KINDS = {"surname": "last_names", "female": "first_names_female", "male": "first_names_male"}
FLAT = 8
FRENCH_SPEAKING = frozenset({"fr", "be", "lb"})
FRENCH_NAMES = {"surname": 1500, "female": 300, "male": 300}
MEN = frozenset({"Aloyse", "Aly", "Erny", "Fernand", "Jos", "Josy", "Misch", "Nico", "Théo"})
"""Names of men that the Luxembourgish list has among those of women."""

HEADS = {
    ("pt", "surname"): "Silva Santos Ferreira Pereira Oliveira Costa Rodrigues Martins Sousa Fernandes Gonçalves Gomes "
    "Lopes Marques Alves Almeida Ribeiro Pinto Carvalho Teixeira Moreira Correia Mendes Nunes Soares Vieira "
    "Monteiro Cardoso Rocha Neves Coelho Cruz Cunha Pires Ramos Reis Simões Antunes Matos Fonseca Machado Araújo "
    "Barbosa Tavares Lourenço Castro Figueiredo Azevedo",
    ("pt", "female"): "Maria Ana Isabel Teresa Sandra Carla Paula Sónia Cristina Patrícia Susana Catarina Helena Rosa "
    "Fernanda Cláudia Marta Sara Inês Joana Anabela Vera Rita Beatriz Manuela Lúcia Carolina Mariana Leonor Matilde "
    "Filomena Graça Conceição Fátima Olinda Célia Diana Andreia Mónica Daniela",
    ("pt", "male"): "José António Manuel João Carlos Luís Paulo Pedro Jorge Fernando Rui Nuno Miguel Ricardo Bruno "
    "Francisco Joaquim Tiago Vítor Sérgio Mário Hugo David Daniel André Filipe Diogo Rafael Gonçalo Armando Domingos "
    "Américo Álvaro Fábio Gabriel Tomás Nelson Marco Hélder Artur",
    ("it", "surname"): "Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti Costa "
    "Giordano Mancini Rizzo Lombardi Moretti Barbieri Fontana Santoro Mariani Rinaldi Caruso Ferrara Galli Martini "
    "Leone Longo Gentile Martinelli Vitale Lombardo Serra Coppola Marchetti Parisi Villa Conte Ferraro Ferri "
    "Fabbri Bianco",
    ("it", "female"): "Maria Anna Giuseppina Rosa Angela Giovanna Teresa Lucia Carmela Caterina Francesca Antonietta "
    "Carla Elena Laura Paola Silvia Monica Daniela Roberta Sara Giulia Chiara Valentina Federica Alessia Elisa Rita "
    "Franca Luisa Patrizia Antonella Cristina Barbara Sabrina Claudia Marisa Bruna Nadia Sofia",
    ("it", "male"): "Giuseppe Antonio Giovanni Mario Luigi Francesco Angelo Vincenzo Pietro Salvatore Carlo Franco "
    "Domenico Bruno Paolo Michele Giorgio Aldo Sergio Luciano Roberto Marco Andrea Alessandro Stefano Matteo Lorenzo "
    "Davide Luca Fabio Massimo Claudio Enzo Renato Remo Sandro Gianni Gino Dino Leonardo",
}  # fmt: skip
"""The commonest names first, as is well known; rounded by hand to an order."""
TAILS = {("pt", "surname"): "pt_PT", ("it", "surname"): "it_IT"}
"""Surnames beyond the heads, each as likely as a third of the last of these."""
_TAIL = 3


def main() -> None:
    """Write the three tables."""
    belgium = {"fr": _listed("fr_BE"), "nl": _listed("nl_BE")}
    _write("fr_be", belgium)
    luxembourg = _listed("de_LU")
    luxembourg["female"] = {name: weight for name, weight in luxembourg["female"].items() if name not in MEN}
    _write(
        "fr_lu",
        {
            "lb": luxembourg,
            "pt": {kind: _ordered("pt", kind) for kind in KINDS},
            "fr": {kind: _french(kind, most) for kind, most in FRENCH_NAMES.items()},
            "be": belgium["fr"],
            "it": {kind: _ordered("it", kind) for kind in KINDS},
        },
    )
    _write("en_us", {"us": _listed("en_US")})


def _vocabulary(locale: str) -> Any:
    return import_module(f"faker.providers.person.{locale}").Provider


def _listed(locale: str) -> dict[str, dict[str, int]]:
    """Return the names of each kind with whole weights, about a million in all."""
    found = {}
    for kind, attribute in KINDS.items():
        weights: Mapping[str, float] = getattr(_vocabulary(locale), attribute)
        total = sum(weights.values())
        found[kind] = {_scottish(name): max(1, round(weight / total * 1_000_000)) for name, weight in weights.items()}
    return found


def _scottish(name: str) -> str:
    return re.sub(r"^Mc([a-z])", lambda start: f"Mc{start[1].upper()}", name)


def _ordered(origin: str, kind: str) -> dict[str, int]:
    head = HEADS[origin, kind].split()
    weights = {name: 10_000 // (rank + FLAT) for rank, name in enumerate(head)}
    tail = getattr(_vocabulary(TAILS[origin, kind]), KINDS[kind]) if (origin, kind) in TAILS else ()
    # A long tail counts for less, name by name: all of it is no more than the head.
    each = max(1, min(min(weights.values()) // _TAIL, sum(weights.values()) // max(len(tail), 1)))
    return weights | {name: each for name in tail if name not in weights}


def _by_era(origin: str, kind: str, names: Mapping[str, int]) -> Iterable[tuple[str, str, int]]:
    """Yield the name, the kind with its era, such as ``female 1950``, and the weight, a million in all of each era."""
    french_speaking = _french_eras(kind) if origin in FRENCH_SPEAKING else {}
    factors = {name: french_speaking.get(name) or era_factors(origin, name) for name in names}
    for era, start in enumerate(ERAS):
        weights = {name: weight * factors[name][era] for name, weight in names.items()}
        total = sum(weights.values())
        for name, weight in weights.items():
            if (share := round(weight / total * 1_000_000)) > 0:
                yield name, f"{kind} {start}", share


@cache
def _french_eras(kind: str) -> dict[str, tuple[float, ...]]:
    """Return how much likelier than on the whole each first name of France is in each era."""
    table = french.first_names(kind)
    counts = np.stack([np.diff(row, prepend=0) for row in table.totals]).astype(float)
    first = np.searchsorted([french.FIRST_NAME_DECADES[row] for row in range(len(counts))], ERAS, side="left")
    shares = np.add.reduceat(counts, first, axis=0)
    likelier = shares / shares.sum(axis=1, keepdims=True) / (counts.sum(axis=0) / counts.sum())
    return {name: tuple(column) for name, column in zip(table.names, likelier.T.tolist(), strict=True)}


def _french(kind: str, most: int) -> dict[str, int]:
    """Return the commonest French names, all decades together."""
    table = french.surnames() if kind == "surname" else french.first_names(kind)
    counts = sum(np.diff(row, prepend=0) for row in table.totals)
    commonest = np.argsort(-counts, kind="stable")[:most]
    return {table.names[int(row)]: int(counts[row]) // 10 for row in commonest}


def _lines(origins: Mapping[str, Mapping[str, Mapping[str, int]]]) -> Iterable[str]:
    for origin, kinds in origins.items():
        for kind, names in kinds.items():
            rows = ((name, kind, weight) for name, weight in names.items())
            for name, full_kind, weight in sorted(rows if kind == "surname" else _by_era(origin, kind, names)):
                yield f"{origin}\t{full_kind}\t{name}\t{weight}\n"


def _write(code: str, origins: Mapping[str, Mapping[str, Mapping[str, int]]]) -> None:
    (DATA / code).mkdir(parents=True, exist_ok=True)
    data = "".join(_lines(origins)).encode()
    (DATA / code / "names.csv.gz").write_bytes(gzip.compress(data, compresslevel=9, mtime=0))


if __name__ == "__main__":
    main()
