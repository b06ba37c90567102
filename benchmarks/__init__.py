"""Figures against peers, written to docs/performance.md; run by ``scripts/bench``, not by tests."""
