"""Syncing by itself: a real headquarters that comes and goes, and time that is turned by hand."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from time import monotonic
from uuid import UUID

import pytest
from pytestqt.qtbot import QtBot

from app.hq.base import Headquarters
from app.hq.devices import revoke
from app.models.store import Store
from app.sync.rhythm import AFTER_OPENING_S, AFTER_SAVING_S, BACK_OFF_S, REGULARLY_S, Rhythm
from app.sync.state import ENROLMENT, enrolment_of
from app.sync.status import sync_status
from app.sync.visits import visits_of
from app.ui.background_sync import Alarm, BackgroundSync
from app.ui.network import Network
from app.ui.preferences import Preferences
from app.ui.tasks import Tasks
from tests.conftest import Founder
from tests.sync.running import enrolled, headquarters, register, serving, synced
from tests.ui.frame import until

# A silent line is given up in a tenth of a second; nobody waits for its two minutes.
GIVEN_UP_S = 5.0


class Hand(Alarm):
    """An alarm whose clock is turned by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.at_s = 0.0
        self.rings_at_s: float | None = None

    def now_s(self) -> float:
        return self.at_s

    def set(self, wait_s: float) -> None:
        self.rings_at_s = self.at_s + wait_s

    def clear(self) -> None:
        self.rings_at_s = None

    @property
    def waits_s(self) -> float | None:
        """How long until it rings."""
        return None if self.rings_at_s is None else self.rings_at_s - self.at_s

    def turn(self, seconds: float) -> None:
        """Let time pass, to the ring at most."""
        target_s = self.at_s + seconds
        if self.rings_at_s is not None and self.rings_at_s <= target_s:
            self.at_s, self.rings_at_s = self.rings_at_s, None
            self.rang.emit()
        else:
            self.at_s = target_s


class Plug(Network):
    """A network one pulls and puts back."""

    def __init__(self) -> None:
        super().__init__()
        self.is_in = True
        self.costs = False

    @property
    def is_there(self) -> bool:
        return self.is_in

    @property
    def is_metered(self) -> bool:
        return self.costs

    def put(self, is_in: bool) -> None:
        self.is_in = is_in
        (self.came if is_in else self.went).emit()


@dataclass
class Office:
    """A store that syncs by itself, and what drives it."""

    store: Store
    user: UUID
    syncing: BackgroundSync
    hand: Hand
    plug: Plug
    preferences: Preferences

    def is_idle(self) -> bool:
        return self.syncing.task is None


@pytest.fixture
def hq(tmp_path: Path) -> Iterator[Headquarters]:
    with headquarters(tmp_path / "hq") as opened:
        yield opened


@pytest.fixture
def office(
    qtbot: QtBot, store: Store, user: UUID, tmp_path: Path
) -> Iterator[Callable[..., Office]]:
    tasks = Tasks()
    made: list[BackgroundSync] = []

    def make() -> Office:
        hand, plug = Hand(), Plug()
        preferences = Preferences(tmp_path / "preferences.ini")
        syncing = BackgroundSync(
            store,
            tasks,
            preferences,
            network=plug,
            alarm=hand,
            rhythm=Rhythm(hand.now_s, chance=lambda: 0.5),
        )
        made.append(syncing)
        return Office(store, user, syncing, hand, plug, preferences)

    yield make
    for syncing in made:
        syncing.close()
    tasks.close()


def test_what_is_saved_reaches_headquarters_without_anybody_asking(
    office: Callable[..., Office], store: Store, user: UUID, hq: Headquarters, qtbot: QtBot
) -> None:
    with serving(hq) as url:
        enrolled(store, hq, url)
        work = office()
        work.syncing.start()
        with qtbot.waitSignal(work.syncing.succeeded, timeout=20_000):
            work.hand.turn(AFTER_OPENING_S)
        until(qtbot, work.is_idle)
        register(store, user, "Moussa")
        until(qtbot, lambda: work.hand.waits_s == AFTER_SAVING_S)
        with qtbot.waitSignal(work.syncing.succeeded, timeout=20_000):
            work.hand.turn(AFTER_SAVING_S)
        until(qtbot, work.is_idle)
    assert sync_status(store).waiting == 0
    assert work.hand.waits_s == REGULARLY_S


def test_nobody_is_asked_before_the_copy_is_enrolled(
    office: Callable[..., Office], store: Store, qtbot: QtBot
) -> None:
    work = office()
    work.syncing.start()
    work.hand.turn(REGULARLY_S)
    assert work.is_idle()
    assert visits_of(store) == []


def test_a_headquarters_that_is_away_is_tried_later_and_later_and_told(
    office: Callable[..., Office], store: Store, hq: Headquarters, qtbot: QtBot
) -> None:
    with serving(hq) as url:
        enrolled(store, hq, url)
    work = office()
    work.syncing.start()
    work.hand.turn(AFTER_OPENING_S)
    until(qtbot, work.is_idle)
    first_since = work.syncing.failing_since
    assert work.hand.waits_s == BACK_OFF_S[0]
    work.hand.turn(BACK_OFF_S[0])
    until(qtbot, work.is_idle)
    assert work.hand.waits_s == BACK_OFF_S[1]
    assert work.syncing.failing_since == first_since
    assert "does not answer" in work.syncing.trouble
    assert [(one.outcome, one.times) for one in visits_of(store)] == [("failed", 2)]


def test_a_network_that_comes_back_brings_both_in_step_at_once(
    office: Callable[..., Office], store: Store, hq: Headquarters, qtbot: QtBot
) -> None:
    with serving(hq) as url:
        enrolled(store, hq, url)
    port = int(url.rsplit(":", 1)[1])
    work = office()
    work.syncing.start()
    work.plug.put(False)
    work.hand.turn(AFTER_OPENING_S)
    until(qtbot, work.is_idle)
    assert work.syncing.trouble
    with serving(hq, port):
        work.plug.put(True)
        with qtbot.waitSignal(work.syncing.succeeded, timeout=20_000):
            work.hand.turn(0)
        until(qtbot, work.is_idle)
    assert work.syncing.trouble == ""
    assert work.syncing.failing_since is None


def test_a_revoked_computer_asks_no_more_and_says_what_to_do(
    office: Callable[..., Office], store: Store, hq: Headquarters, qtbot: QtBot
) -> None:
    with serving(hq) as url:
        enrolled(store, hq, url)
        place = enrolment_of(store)
        assert place is not None
        revoke(hq, UUID(bytes=place.device))
        work = office()
        work.syncing.start()
        work.hand.turn(AFTER_OPENING_S)
        until(qtbot, work.is_idle)
    assert work.syncing.is_revoked
    assert "speak with headquarters" in work.syncing.trouble
    work.plug.put(True)
    assert work.hand.waits_s is None
    assert work.syncing.next_try is None


def test_where_a_person_wants_it_asked_only_it_is_asked_only(
    office: Callable[..., Office], store: Store, user: UUID, hq: Headquarters, qtbot: QtBot
) -> None:
    with serving(hq) as url:
        enrolled(store, hq, url)
        work = office()
        work.preferences.syncs_by_itself = False
        work.syncing.start()
        work.plug.put(True)
        assert work.hand.waits_s is None
        register(store, user, "Moussa")
        with qtbot.waitSignal(work.syncing.succeeded, timeout=20_000):
            work.syncing.begin()
        until(qtbot, work.is_idle)
    assert sync_status(store).waiting == 0
    assert work.hand.waits_s is None


def test_asked_while_one_is_under_way_no_second_begins(
    office: Callable[..., Office], store: Store, hq: Headquarters, qtbot: QtBot
) -> None:
    with serving(hq) as url:
        enrolled(store, hq, url)
        work = office()
        work.syncing.begin()
        first = work.syncing.task
        work.syncing.begin()
        assert work.syncing.task is first
        until(qtbot, work.is_idle)
    assert len(visits_of(store)) == 1
    assert visits_of(store)[0].times == 1


@pytest.fixture
def silence() -> Iterator[str]:
    """A server that takes what it is sent and never answers."""
    listener = socket.create_server(("127.0.0.1", 0))
    held: list[socket.socket] = []

    def accept() -> None:
        while True:
            try:
                held.append(listener.accept()[0])
            except OSError:
                return

    thread = Thread(target=accept)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(10)
    for one in held:
        one.close()


def send_to(store: Store, url: str) -> None:
    """Let the copy look for headquarters elsewhere."""
    import msgspec

    place = enrolment_of(store)
    assert place is not None
    with store.control() as connection:
        store.settings.put(connection, **{ENROLMENT: msgspec.structs.replace(place, url=url)})


def test_a_store_closes_at_once_though_a_line_is_silent(
    office: Callable[..., Office], store: Store, hq: Headquarters, silence: str
) -> None:
    with serving(hq) as url:
        enrolled(store, hq, url)
    send_to(store, silence)
    work = office()
    work.syncing.begin()
    begun = monotonic()
    work.syncing.close()
    assert monotonic() - begun < GIVEN_UP_S
    # It is out of the store: what it had to note is noted.
    assert [one.outcome for one in visits_of(store)] in ([], ["stopped"])


def test_cancelling_leaves_a_silent_line_at_once_and_can_be_tried_again(
    office: Callable[..., Office], store: Store, hq: Headquarters, silence: str, qtbot: QtBot
) -> None:
    with serving(hq) as url:
        enrolled(store, hq, url)
        send_to(store, silence)
        work = office()
        work.syncing.start()
        work.syncing.begin()
        work.syncing.cancel()
        until(qtbot, work.is_idle)
        assert work.syncing.trouble == ""
        assert work.hand.waits_s == REGULARLY_S
        send_to(store, url)
        with qtbot.waitSignal(work.syncing.succeeded, timeout=20_000):
            work.syncing.begin()
        until(qtbot, work.is_idle)


def test_what_others_saved_is_told_with_their_computers(
    office: Callable[..., Office], store: Store, found: Founder, hq: Headquarters, qtbot: QtBot
) -> None:
    other, colleague = found("other", login="karim")
    with serving(hq) as url:
        enrolled(store, hq, url)
        enrolled(other, hq, url)
        register(other, colleague, "Awa")
        synced(other)
        work = office()
        with qtbot.waitSignal(work.syncing.succeeded, timeout=20_000):
            work.syncing.begin()
        until(qtbot, work.is_idle)
    latest = visits_of(store)[0]
    assert latest.brought == {other.device.bytes: latest.received}
    assert latest.received > 0
    assert latest.bytes_in > 0
