"""Measures, each beside a peer in the same run: ``python -m benchmarks [NAME ...]``; kept in docs/benchmarks.md."""
