"""A day's work of an office gets through a telephone line that is cut every few seconds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import pytest
import sqlalchemy as sa

from app.hq.base import Headquarters
from app.models.attachments import Attachment
from app.models.contents import content_of
from app.sync.status import sync_status
from tests.conftest import Founder
from tests.sync.bad_line import PICTURES_A_DAY, BadLine, cross, work_a_day
from tests.sync.running import digest, enrolled, headquarters, serving

# The line runs faster than it says, and so do the clocks of those who use it. It is cut by what it
# bore, which is the same on a busy computer: ten seconds of a telephone line.
TIMES = 20
CUT_EVERY_BYTES = 50_000
MODULES = ("app.sync.engine", "app.sync.contents")


@pytest.fixture
def line_hq(tmp_path: Path) -> Iterator[Headquarters]:
    """A headquarters in a file: the line is the same before any database."""
    with headquarters(tmp_path / "hq") as opened:
        yield opened


def test_a_days_work_gets_through_a_thin_line_cut_every_ten_seconds(
    found: Founder, line_hq: Headquarters, monkeypatch: pytest.MonkeyPatch
) -> None:
    hq = line_hq
    for module in MODULES:
        monkeypatch.setattr(f"{module}.monotonic", lambda: monotonic() * TIMES)
    store, user = found()
    work_a_day(store, user)

    with (
        serving(hq) as url,
        BadLine(url, times=TIMES, cut_every_s=None, cut_every_bytes=CUT_EVERY_BYTES) as line,
    ):
        enrolled(store, hq, url)
        cross(store, line, with_contents=False, times=TIMES)
        assert digest(store) == digest(hq.store)
        assert sync_status(store).waiting == 0
        records = line.sent + line.passed
        cross(store, line, with_contents=True, times=TIMES)
        contents = line.sent + line.passed - records

    with hq.store.read() as db:
        names = [a.digest for a in db.scalars(sa.select(Attachment)) if a.digest]
    assert len(names) == PICTURES_A_DAY
    kept = [content_of(hq.store, name) for name in names]
    sizes = [len(one.data) for one in kept if one is not None]
    assert len(sizes) == PICTURES_A_DAY
    assert line.cuts > 0
    # What is sent again stays a part of the whole: what the line bears is learnt once.
    assert contents < 1.6 * sum(sizes)
    assert records < 200_000
