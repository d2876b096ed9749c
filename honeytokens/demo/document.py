"""The outcome as one document for programs: for each question the truth, the answer, and whether they agree."""

from __future__ import annotations

from honeytokens.demo.story import Opened, Outcome

Document = dict[str, object]


def document(outcome: Outcome) -> Document:
    """Return the document; ``right`` is null where the verdict leaves a question open."""
    truth, result, verdict = outcome.truth, outcome.result, outcome.verdict
    window, leak = verdict.window, truth.leak
    return {
        "seed": outcome.seed,
        "published": outcome.published,
        "planted": outcome.planted,
        "theft": {
            "exported": leak.exported,
            "sample_rows": len(leak.keys),
            "columns": leak.columns,
            "disguise": leak.disguise,
        },
        "decoys": {
            "truth": [str(decoy) for decoy in truth.decoys],
            "found": [str(decoy) for decoy in sorted(outcome.found)],
            "leads": [str(decoy) for decoy in sorted(outcome.leads)],
            "missed": [str(decoy) for decoy in sorted(outcome.missed)],
            "wrong": [str(decoy) for decoy in sorted(outcome.wrong)],
        },
        "establishments": [
            {
                "establishment": finding.establishment,
                "truth": "stolen" if finding.establishment in truth.establishments else "spared",
                "verdict": finding.standing.value,
                "hits": finding.hits,
                "present": finding.present,
                "error": finding.error,
                "right": outcome.standing_right(finding.establishment, finding.standing),
            }
            for finding in verdict.establishments
        ],
        "time": {
            "truth": leak.at,
            "earliest": window.earliest if window else None,
            "latest": window.latest if window else None,
            "right": outcome.time_right,
        },
        "authenticity": {"verdict": verdict.authenticity.value, "error": verdict.error},
        "sentence": verdict.sentence,
        "bits": sorted(round(hit.bits, 1) for hit in result.hits),
        "threshold_bits": result.threshold_bits,
        "beacon": _beacon(outcome.opened) if outcome.opened else None,
        "right": outcome.right,
        "report": str(outcome.report) if outcome.report else None,
        "kept": str(outcome.kept) if outcome.kept else None,
        "seconds": round(outcome.seconds, 1),
    }


def _beacon(opened: Opened) -> Document:
    return {
        "truth": {"decoy": str(opened.decoy), "establishment": opened.establishment, "in_sample": opened.in_sample},
        "hit": opened.heard.hit,
        "alert": opened.heard.alert,
        "right": opened.right,
    }
