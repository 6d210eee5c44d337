"""A day's work of an office over a line of 40 kbit/s and 800 ms, cut every ten seconds.

Each figure is one JSON line. The line runs at its true speed, so this takes minutes; attachments
travel after the records and are told apart.

    python -m bench.badline
"""

from __future__ import annotations

from app.hq.base import Headquarters
from app.hq.invites import invite
from app.sync.enrolment import enrol
from bench.figures import a_store, figure
from tests.sync.bad_line import PICTURES_A_DAY, BadLine, cross, work_a_day
from tests.sync.running import digest, serving

# One to connect and one for TLS, which is not spoken on loopback.
_TRIPS_TO_CONNECT = 2


def main() -> None:
    """Print the figures."""
    with (
        a_store() as (store, user, folder),
        Headquarters.open(folder / "hq", is_training=True) as hq,
        serving(hq) as url,
    ):
        enrol(store, url, invite(hq, "RAB").code, "bench")
        people = work_a_day(store, user)
        with BadLine(url, trips_to_connect=_TRIPS_TO_CONNECT) as line:
            records = cross(store, line, with_contents=False)
            assert digest(store) == digest(hq.store)
            figure(
                "a day's work over a bad line",
                records.seconds,
                "s",
                "<= 60",
                people=people,
                bytes=records.bytes,
                syncs=records.attempts,
                cuts=line.cuts,
            )
            contents = cross(store, line, with_contents=True)
            figure(
                "its attachments",
                contents.seconds,
                "s",
                "no bar: they never hold records up",
                attachments=PICTURES_A_DAY,
                bytes=contents.bytes,
                syncs=contents.attempts,
            )


if __name__ == "__main__":
    main()
