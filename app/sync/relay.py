"""Colleagues' changes that came without headquarters, passed on to it with their makers' seals.

A run of changes is passed on only as far as its maker has sealed it: the seal's chain digest proves
every change up to it, so that nobody on the way can alter, add or leave out anything.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec
import sqlalchemy as sa

from app.errors import Refused
from app.models.change import links
from app.models.log import CHANGE
from app.models.merge import Run
from app.models.store import Store
from app.sync.client import LineCutError
from app.sync.frames import PROTOCOL, Answer, Identity, Request, Seal
from app.sync.outbox import run_after

if TYPE_CHECKING:
    from app.sync.engine import Line

RELAY: Final = sa.Table(
    "relay",
    sa.MetaData(),
    sa.Column("identity", sa.LargeBinary(16), primary_key=True),
    sa.Column("first", sa.Integer, nullable=False),
    sa.Column("seal", sa.LargeBinary, nullable=False),
)
# Between two seals there are about so many bytes, so that a frame can end at one.
SEALED_BYTES: Final = 64 * 1024
_WORD: Final = "hq_word"


class HqWord(msgspec.Struct):
    """What headquarters has said of identities, kept to be passed on to their makers.

    Attributes:
        seals: Per identity, its signature over how far it holds that.
        refused: ``(identity, seq, reason)`` of colleagues' changes it put in quarantine.
    """

    seals: dict[bytes, Seal] = {}
    refused: list[tuple[bytes, int, str]] = []


@dataclass(frozen=True, slots=True)
class Relayed:
    """What is to be passed on of one identity.

    Attributes:
        first: ``seq`` from which headquarters may not have it.
        seals: Its maker's, in order of ``seq``.
    """

    identity: bytes
    first: int
    seals: list[Seal]

    @property
    def last(self) -> int:
        """The last change that is sealed."""
        return self.seals[-1].seq


def relayed(connection: sa.Connection) -> list[Relayed]:
    """List what is to be passed on, as far as it is here whole."""
    found = []
    for row in connection.execute(sa.select(RELAY).order_by(RELAY.c.identity)):
        seals = msgspec.msgpack.decode(row.seal, type=list[Seal])
        reached = whole_until(connection, row.identity, row.first)
        usable = [one for one in seals if row.first <= one.seq <= reached]
        if usable:
            found.append(Relayed(row.identity, row.first, usable))
    return found


def whole_until(connection: sa.Connection, identity: bytes, first: int) -> int:
    """Give the last change from ``first`` on before one that is not here; else ``first - 1``."""
    following = CHANGE.alias()
    query = sa.select(sa.func.min(CHANGE.c.seq)).where(
        CHANGE.c.device == identity,
        CHANGE.c.seq >= first,
        ~sa.exists().where(following.c.device == identity, following.c.seq == CHANGE.c.seq + 1),
    )
    reached: int | None = connection.scalar(query)
    begins = connection.scalar(
        sa.select(CHANGE.c.seq).where(CHANGE.c.device == identity, CHANGE.c.seq == first)
    )
    return reached if begins is not None and reached is not None else first - 1


def keep(connection: sa.Connection, identity: bytes, first: int, seals: Iterable[Seal]) -> None:
    """Note changes to be passed on, in a writing transaction."""
    row = connection.execute(sa.select(RELAY).where(RELAY.c.identity == identity)).one_or_none()
    by_seq = {one.seq: one for one in seals}
    if row is not None:
        by_seq |= {one.seq: one for one in msgspec.msgpack.decode(row.seal, type=list[Seal])}
        first = min(first, row.first)
    _put(connection, identity, first, [by_seq[seq] for seq in sorted(by_seq)])


def confirm(connection: sa.Connection, held: Mapping[bytes, int]) -> None:
    """Pass on no more of what headquarters holds, in a writing transaction."""
    for identity, seq in held.items():
        row = connection.execute(sa.select(RELAY).where(RELAY.c.identity == identity)).one_or_none()
        if row is None:
            continue
        seals = msgspec.msgpack.decode(row.seal, type=list[Seal])
        left = [one for one in seals if one.seq > seq]
        _put(connection, identity, max(row.first, seq + 1), left)


def give_up(connection: sa.Connection, identity: bytes) -> None:
    """Pass on no more of an identity: headquarters does not take it from anybody else."""
    connection.execute(RELAY.delete().where(RELAY.c.identity == identity))


def _put(connection: sa.Connection, identity: bytes, first: int, seals: list[Seal]) -> None:
    connection.execute(RELAY.delete().where(RELAY.c.identity == identity))
    if seals:
        connection.execute(
            RELAY.insert().values(
                identity=identity, first=first, seal=msgspec.msgpack.encode(seals)
            )
        )


def sealed_runs(connection: sa.Connection, one: Relayed) -> Iterator[tuple[Run, Seal]]:
    """Give what is to be passed on of an identity, each run ending at a seal."""
    after = one.first - 1
    for seal in one.seals:
        run = run_after(connection, one.identity, after, 2**62, seal.seq)
        if run is None or run.first + len(run.bodies) - 1 != seal.seq:
            return
        yield run, seal
        after = seal.seq


def seal_for(run: Run, seals: Iterable[Seal]) -> Seal | None:
    """Give the seal that stands for exactly this run; None where there is none.

    Whether its signature holds is still to be checked.
    """
    last = run.first + len(run.bodies) - 1
    named = [one for one in seals if one.identity == run.device and one.seq == last]
    if not named or not run.bodies:
        return None
    chain = links(run.previous, run.bodies)[-1]
    return next((one for one in named if one.chain == chain), None)


def word_of(store: Store) -> HqWord:
    """Give what headquarters has said of identities, as far as it has reached this copy."""
    return store.settings.get(_WORD, HqWord) or HqWord()


def keep_word(
    store: Store,
    connection: sa.Connection,
    seals: Iterable[Seal],
    refused: Iterable[tuple[bytes, int, str]],
) -> None:
    """Note what headquarters has said, in a writing transaction; the seals were checked."""
    word = word_of(store)
    for seal in seals:
        known = word.seals.get(seal.identity)
        if known is None or known.seq < seal.seq:
            word.seals[seal.identity] = seal
    noted = {(identity, seq) for identity, seq, _reason in word.refused}
    word.refused += [one for one in refused if (one[0], one[1]) not in noted]
    store.settings.put(connection, hq_word=word)
    confirm(connection, {identity: seal.seq for identity, seal in word.seals.items()})


def waiting(store: Store) -> int:
    """Count colleagues' changes that this copy will pass on to headquarters."""
    with store.engine.connect() as connection:
        return sum(one.last - one.first + 1 for one in relayed(connection))


def pass_on(store: Store, line: Line, frame_bytes: int) -> tuple[int, list[str]]:
    """Send headquarters what colleagues gave this copy for it.

    Args:
        store: Enrolled.
        line: To headquarters.
        frame_bytes: About so many bytes of changes in a frame.

    Returns:
        How many changes headquarters has taken, and why it did not take others.

    Raises:
        Refused: Headquarters does not speak with this copy.
        Unavailable: The line fails; what was passed on is noted.
    """
    with store.engine.connect() as connection:
        waiting_ = relayed(connection)
    taken = 0
    reasons: list[str] = []
    for one in waiting_:
        count, reason = _pass_one(store, line, one, frame_bytes)
        taken += count
        reasons += [reason] if reason else []
    return taken, reasons


def _pass_one(store: Store, line: Line, one: Relayed, frame_bytes: int) -> tuple[int, str]:
    """Send one identity's changes; gives how many were taken, and why not all, if so."""
    taken = 0
    while True:
        with store.engine.connect() as connection:
            request = _request(connection, one, frame_bytes)
        if not request.runs:
            return taken, ""
        try:
            answer = _persist(line, request)
        except Refused as refused:
            if refused.rule != "not_sealed":
                raise
            return taken, refused.message  # the others' changes pass all the same
        first, last = request.runs[0].first, request.seals[-1].seq
        held = answer.acknowledged.get(one.identity, 0)
        with store.control() as connection:
            confirm(connection, {one.identity: held})
            keep_word(store, connection, [], answer.refused)
            if answer.forked or (held < first and answer.refused):
                # Its maker will hear of it from headquarters, and makes its changes anew.
                give_up(connection, one.identity)
        taken += max(min(held, last) - first + 1, 0)
        if answer.refused and held < first:
            return taken, answer.refused[0][2]
        if held < last:
            return taken, ""
        one = Relayed(one.identity, held + 1, [seal for seal in one.seals if seal.seq > held])


def _request(connection: sa.Connection, one: Relayed, frame_bytes: int) -> Request:
    budget = frame_bytes
    runs: list[Run] = []
    seals: list[Seal] = []
    for run, seal in sealed_runs(connection, one):
        runs.append(run)
        seals.append(seal)
        budget -= sum(map(len, run.bodies))
        if budget <= 0:
            break
    # Nothing is asked back, and its maker may not have seen what this copy has seen.
    asked = [Identity(one.identity, one.first - 1, 0)]
    return Request(PROTOCOL, {}, asked, runs, 1, {}, b"", seals)


def _persist(line: Line, request: Request) -> Answer:
    for wait_s in line.waits_s:
        try:
            return line.exchange(request)
        except LineCutError:
            time.sleep(wait_s)
    return line.exchange(request)
