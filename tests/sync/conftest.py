"""Fixtures of the sync tests."""

from __future__ import annotations

from tests.hq.fixtures import hq, hq_database, url

__all__ = ["hq", "hq_database", "url"]
