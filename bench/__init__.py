"""Benchmarks: each prints one JSON line a figure. Run them all with ``make bench``."""
