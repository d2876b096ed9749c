"""How long the console's pages take: ``python -m benchmarks.callback.pages URL TOKEN_FILE``, on a service that runs.

Meant for the store that ``python -m benchmarks.callback.large_store`` makes.
"""

from __future__ import annotations

import re
import statistics
import sys
import time
from pathlib import Path

import httpx

TIMES = 15


def main() -> None:
    """Print the median and the worst of some loads of each page, in milliseconds."""
    url, token = sys.argv[1], Path(sys.argv[2]).read_text().strip()
    with httpx.Client(base_url=url, follow_redirects=True, timeout=60) as client:
        client.post("/login", data={"token": token}).raise_for_status()
        incident = re.findall(r"/incidents/([0-9a-f]{12})", client.get("/incidents").text)[0]
        pages = ("/", "/incidents", f"/incidents/{incident}", "/hits", "/hits?kind=noise", "/decoys", "/trail")
        for page in (*pages, f"/hits?incident={incident}"):
            loads = []
            for _ in range(TIMES):
                begun = time.perf_counter()
                client.get(page).raise_for_status()
                loads.append((time.perf_counter() - begun) * 1000)
            print(f"{page}: median {statistics.median(loads):.0f} ms, at most {max(loads):.0f} ms")


if __name__ == "__main__":
    main()
