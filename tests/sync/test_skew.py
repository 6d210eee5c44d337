"""An older and a later program exchange: what one does not know it keeps and passes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
import zstandard

from app.errors import Refused, Unavailable
from app.hq.base import Headquarters
from app.hq.invites import invite
from app.models.check import faults
from app.models.store import Store
from app.models.tasks import Task
from app.sync import frames
from app.sync.client import LineCutError
from app.sync.enrolment import enrol
from app.sync.frames import Answer, Request
from app.sync.status import sync_status
from tests.conftest import Founder
from tests.sync.programs import LaterProgram
from tests.sync.running import carry, enrolled, headquarters, register, serving, synced
from tests.sync.test_enrolment import answering

_BEGIN = """
store, user = found_store(
    folder, office="RAB", login="amina", passphrase=given["passphrase"], is_training=True,
    today=lambda: date(2026, 11, 22),
)
enrol(store, given["url"], given["code"], "later")
with store.write(user) as db:
    person = Person(sex="F", nationalities=frozenset({"SN"}))
    db.add(person)
    db.flush()
    task = Task(
        person=person.id, what="Call", due_on=date(2026, 11, 30), shoes="42", priority="dire"
    )
    card = VisitCard(person=person.id, colour="Green")
    db.add_all([PersonName(person=person.id, name_kind="legal", given_names="Fatou"), task, card])
report = sync(store)
store.close()
tell(person=person.id, task=task.id, card=card.id, verified=report.is_verified)
"""
_GO_ON = """
store, user = opened()
report = sync(store)
with store.read() as db:
    task, card = db.get(Task, UUID(given["task"])), db.get(VisitCard, UUID(given["card"]))
    said = dict(
        shoes=task.shoes, note=task.note, what=task.what, priority=task.shown("priority"),
        colour=card.colour, verified=report.is_verified, kept=task.conflicts,
    )
store.close()
tell(**said)
"""
# What the first program had passed over is there, without any exchange.
_UPGRADE = _GO_ON.replace("report = sync(store)", "").replace("report.is_verified", "True")
_HQ_UPGRADE = """
hq = Headquarters.open(folder)
with hq.store.read() as db:
    task, card = db.get(Task, UUID(given["task"])), db.get(VisitCard, UUID(given["card"]))
    said = dict(shoes=task.shoes, note=task.note, colour=card.colour)
hq.close()
tell(**said)
"""


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> LaterProgram:
    return LaterProgram(tmp_path_factory.mktemp("later"))


def _edit_beside(store: Store, user: UUID, task: str) -> None:
    with store.write(user) as db:
        db.get_one(Task, UUID(task)).note = "Spoke to her sister"


def _shown(told: dict[str, Any]) -> dict[str, Any]:
    return {name: told[name] for name in ("shoes", "note", "priority", "colour")}


_ALL = {
    "shoes": "42", "note": "Spoke to her sister", "priority": "Dire", "colour": "Green",
}  # fmt: skip


def _exchange(
    later: LaterProgram, tmp_path: Path, old: Store, user: UUID, url: str, code: str
) -> dict[str, Any]:
    """Let the later program write, the older edit beside it, and the later see both."""
    made = later.run(tmp_path / "later", _BEGIN, url=url, code=code)
    assert made["verified"]
    report = synced(old)
    assert report.is_verified
    assert report.quarantined == []
    with old.read() as db:
        assert db.get_one(Task, UUID(made["task"])).shown("priority") == "dire"
    _edit_beside(old, user, made["task"])
    assert synced(old).is_verified
    seen = later.run(tmp_path / "later", _GO_ON, **made)
    assert seen["verified"]
    assert _shown(seen) == _ALL
    assert seen["kept"] is None
    return made


def test_later_devices_at_an_older_headquarters(
    later: LaterProgram, found: Founder, tmp_path: Path
) -> None:
    old, user = found("old", login="amina")
    with headquarters(tmp_path / "hq") as hq, serving(hq) as url:
        enrolled(old, hq, url)
        made = _exchange(later, tmp_path, old, user, url, invite(hq, "RAB").code)
        with hq.store.engine.connect() as connection:
            assert list(faults(connection)) == []
    old.close()
    assert _shown(later.run(tmp_path / "old", _UPGRADE, **made)) == _ALL
    at_hq = later.run(tmp_path / "hq", _HQ_UPGRADE, **made)
    assert at_hq == {"shoes": "42", "note": "Spoke to her sister", "colour": "Green"}


def test_older_devices_at_a_later_headquarters(
    later: LaterProgram, found: Founder, tmp_path: Path
) -> None:
    old, user = found("old", login="amina")
    with later.headquarters(tmp_path / "hq", codes=2) as there:
        enrol(old, there["url"], there["codes"][0], waits_s=())
        _exchange(later, tmp_path, old, user, there["url"], there["codes"][1])


def _longer(data: bytes) -> bytes:
    """Add to a frame, and to the structs inside it, parts of a later version."""
    plain = zstandard.decompress(data, max_output_size=10_000_000)
    held = msgspec.msgpack.decode(plain)
    for part in held:
        if isinstance(part, list):
            for inner in part:
                if isinstance(inner, list) and inner and isinstance(inner[0], bytes):
                    inner.append({"of": "tomorrow"})
    return zstandard.compress(msgspec.msgpack.encode([*held, "more", {"and": ["more"]}]))


def test_frames_may_be_longer_than_known(found: Founder) -> None:
    request = Request(1, {b"s" * 16: 4}, [frames.Identity(b"d" * 16, 1, 2)], [], 100, {})
    assert frames.decode(_longer(frames.encode(request)), Request) == request
    answer = Answer(1, 5, {}, [frames.Feed(b"s" * 16, 0, 0, 0, [], [], None)], [], [])
    assert frames.decode(_longer(frames.encode(answer)), Answer) == answer


def test_frames_may_be_shorter_than_known() -> None:
    request = Request(1, {}, [], [], 100, {})
    first = msgspec.msgpack.decode(zstandard.decompress(frames.encode(request)))[:6]
    short = zstandard.compress(msgspec.msgpack.encode(first))
    assert frames.decode(short, Request) == request


def test_longer_frames_are_taken_by_headquarters(
    found: Founder, hq: Headquarters, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, user = found()
    enrolled(store, hq, url)
    register(store, user, "Fatou")
    monkeypatch.setattr("app.sync.client.encode", lambda frame: _longer(frames.encode(frame)))
    report = synced(store)
    assert report.sent > 0
    assert report.is_verified


def test_another_protocol_is_refused_by_headquarters_and_the_work_is_kept(
    found: Founder, hq: Headquarters, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, user = found()
    enrolled(store, hq, url)
    register(store, user, "Fatou")
    waiting = sync_status(store).waiting
    with monkeypatch.context() as tomorrow:
        tomorrow.setattr("app.sync.engine.PROTOCOL", 2)
        with pytest.raises(Refused) as refused:
            synced(store)
    assert refused.value.rule == "protocol"
    assert "version" in refused.value.message
    assert sync_status(store).waiting == waiting > 0
    assert synced(store).sent == waiting


def test_another_protocol_is_refused_by_the_device_and_the_work_is_kept(
    found: Founder, hq: Headquarters, url: str
) -> None:
    store, user = found()
    enrolled(store, hq, url)
    register(store, user, "Fatou")
    waiting = sync_status(store).waiting
    spoken = zstandard.compress(msgspec.msgpack.encode([2, "something else altogether"]))
    with answering(spoken) as other, pytest.raises(Unavailable) as refused:
        synced(store, other)
    assert not isinstance(refused.value, LineCutError)
    assert "version" in refused.value.message
    assert sync_status(store).waiting == waiting > 0
    with carry(store) as carrier:
        assert carrier.health().protocol == [1]
