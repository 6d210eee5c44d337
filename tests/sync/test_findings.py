"""What never passes in silence: refused changes, forked identities, lost entries, set-backs."""

from __future__ import annotations

import shutil
from pathlib import Path
from uuid import UUID

import pytest

from app.errors import Refused
from app.hq.base import Headquarters
from app.hq.devices import devices, revoke
from app.models.change import Change
from app.models.check import faults
from app.models.log import append, head_of, seal, set_head
from app.models.store import Store
from app.sync.enrolment import enrol
from app.sync.status import sync_status
from tests.conftest import PASSPHRASE, TODAY, Founder
from tests.sync.running import digest, enrolled, headquarters, register, serving, synced


def forge(store: Store, **header: object) -> None:
    """Put a change into the log that no save would have made."""
    with store.control() as connection:
        seq, chain = head_of(connection, store.device.bytes)
        made = {
            "seq": seq + 1, "clock": 1, "author": bytes(16), "tx": seq + 1, "kind": "person",
            "record": bytes(range(16)), "root": b"", "fields": {}, "bases": [],
        }  # fmt: skip
        stored = seal(store.device.bytes, chain, [Change(**{**made, **header})])  # type: ignore[arg-type]
        append(connection, stored)
        set_head(connection, store.device.bytes, seq + 1, stored[-1].chain)


@pytest.mark.parametrize(
    "header",
    [
        {"fields": {"children": "many"}},
        {"fields": {"nationalities": [1]}},
        {"author": b"short"},
        {"record": b"short"},
        {"root": b"short"},
        {"clock": 2**63},
    ],
)
def test_one_bad_change_is_set_aside_and_the_others_pass(
    found: Founder, hq: Headquarters, url: str, header: dict[str, object]
) -> None:
    store, user = found()
    enrolled(store, hq, url)
    register(store, user, "Fatou")
    forge(store, **header)
    register(store, user, "Moussa")

    report = synced(store)

    assert len(report.refused) == 1
    assert len(report.findings) == 1
    assert "1 change" in report.findings[0]
    assert report.is_verified
    assert digest(hq.store)["person_name"]["count"] == 2
    assert sync_status(store).waiting == 0
    assert sync_status(store).refused == report.refused
    assert not synced(store).refused


def test_a_file_of_another_office_is_not_written_on(
    found: Founder, hq: Headquarters, url: str
) -> None:
    rabat, amina = found("rabat", office="RAB", login="amina")
    agadir, _brahim = found("agadir", office="AGA", login="brahim")
    enrolled(rabat, hq, url, "RAB")
    enrolled(agadir, hq, url, "AGA")
    person = register(rabat, amina, "Fatou")
    synced(rabat)
    before = digest(hq.store)["person"]
    forge(agadir, record=person.bytes, fields={"town": "Agadir"})

    report = synced(agadir)

    assert [reason for _device, _seq, reason in report.refused] == [
        "This file belongs to another office."
    ]
    assert digest(hq.store)["person"] == before


def test_another_offices_identity_is_not_spoken_for(
    found: Founder, hq: Headquarters, url: str
) -> None:
    rabat, _amina = found("rabat", office="RAB", login="amina")
    agadir, _brahim = found("agadir", office="AGA", login="brahim")
    enrolled(rabat, hq, url, "RAB")
    enrolled(agadir, hq, url, "AGA")
    synced(rabat)
    own = [str(device) for device in agadir.identities]
    agadir.settings.put(identities=[*own, str(rabat.device)])
    with agadir.control() as connection:
        chain = head_of(connection, rabat.device.bytes)[1]
        forged = seal(
            rabat.device.bytes,
            chain,
            [Change(1, 1, bytes(16), 1, "person", bytes(16), b"", {}, [])],
        )
        append(connection, forged)
        set_head(connection, rabat.device.bytes, 1, forged[-1].chain)
    with pytest.raises(Refused) as refused:
        synced(agadir)
    assert refused.value.rule == "other_identity"


class Machine:
    """A store with the machine's memory of it, which can be set back as a whole."""

    def __init__(self, folder: Path, state: Path, aside: Path) -> None:
        self._kept = {folder: aside / "store", state: aside / "state"}

    def save(self) -> None:
        for source, copy in self._kept.items():
            shutil.copytree(source, copy)

    def set_back(self) -> None:
        for source, copy in self._kept.items():
            shutil.rmtree(source)
            shutil.copytree(copy, source)


def reopen(store: Store) -> Store:
    store.close()
    return Store.unlock(store.folder, "amina", PASSPHRASE, today=lambda: TODAY)[0]


@pytest.fixture
def parted(
    found: Founder, hq: Headquarters, url: str, tmp_path: Path, own_state: Path
) -> tuple[Store, UUID, UUID]:
    """A store set back, with its machine's memory, to before its last sync."""
    store, user = found()
    enrolled(store, hq, url)
    register(store, user, "Fatou")
    synced(store)
    machine = Machine(store.folder, own_state, tmp_path / "aside")
    store = reopen(store)
    identity = store.device
    store.close()
    machine.save()
    store = Store.unlock(store.folder, "amina", PASSPHRASE, today=lambda: TODAY)[0]
    register(store, user, "Lost and found")
    synced(store)
    store.close()
    machine.set_back()
    store = Store.unlock(store.folder, "amina", PASSPHRASE, today=lambda: TODAY)[0]
    assert store.device == identity
    return store, user, identity


def test_a_store_set_back_takes_a_new_identity_and_gets_its_work_back(
    parted: tuple[Store, UUID, UUID], hq: Headquarters
) -> None:
    store, user, identity = parted
    with store:
        report = synced(store)
        assert report.renewed
        assert store.device != identity
        assert not report.forked
        assert report.received == 2
        register(store, user, "Afterwards")
        assert synced(store).is_verified
        assert digest(store) == digest(hq.store)


def test_an_identity_used_twice_is_found_and_nothing_of_either_is_lost(
    parted: tuple[Store, UUID, UUID], hq: Headquarters
) -> None:
    store, user, identity = parted
    with store:
        register(store, user, "Saved since")

        report = synced(store)

        assert report.forked
        assert report.reissued == 2
        assert store.device != identity
        assert "Another computer is a copy" in report.findings[0]
        assert report.is_verified
        assert digest(store) == digest(hq.store)
        assert digest(store)["person"]["count"] == 3
        with store.read() as db:
            assert list(faults(db.connection())) == []
        assert synced(store).is_verified
        register(store, user, "Afterwards")
        assert synced(store).sent == 2


def test_an_entry_lost_at_headquarters_is_noticed_and_comes_back(
    found: Founder, hq: Headquarters, url: str
) -> None:
    one, amina = found("one", login="amina")
    two, _brahim = found("two", login="brahim")
    for store in (one, two):
        enrolled(store, hq, url)
    register(one, amina, "Fatou")
    synced(one)
    with hq.store.control() as connection:
        connection.exec_driver_sql(
            "UPDATE feed SET change = (SELECT change FROM feed WHERE position = 2)"
            " WHERE position = 3"
        )
    report = synced(two)
    assert report.mended == 1
    assert report.is_verified
    assert "was missing here or at headquarters" in report.findings[0]
    assert sync_status(two).is_in_step
    assert digest(two) == digest(hq.store)


def test_a_headquarters_back_on_a_backup_is_filled_again(found: Founder, tmp_path: Path) -> None:
    one, amina = found("one", login="amina")
    two, brahim = found("two", login="brahim")
    backup = tmp_path / "backup"
    backup.mkdir()
    with headquarters(tmp_path / "hq") as hq, serving(hq) as url:
        for store in (one, two):
            enrolled(store, hq, url)
        synced(one)
        hq.store.copy_to(backup / "sanad.db")
        for name in ("hq.key", "keys.json"):
            shutil.copy(tmp_path / "hq" / name, backup / name)
        register(one, amina, "Fatou")
        register(two, brahim, "Moussa")
        for store in (one, two, one):
            synced(store)

    with Headquarters.open(backup) as restored, serving(restored) as address:
        for store in (one, two, one):
            report = synced(store, address)
        assert report.is_verified
        assert digest(one) == digest(two) == digest(restored.store)


def test_a_revoked_device_is_refused_and_keeps_its_work(
    found: Founder, hq: Headquarters, url: str
) -> None:
    store, user = found()
    enrolled(store, hq, url)
    synced(store)
    register(store, user, "Fatou")
    revoke(hq, devices(hq)[0].id)
    with pytest.raises(Refused) as refused:
        synced(store)
    assert refused.value.rule == "revoked"
    assert "kept" in refused.value.message
    assert sync_status(store).waiting == 2
    assert digest(store)["person"]["count"] == 1
    assert digest(hq.store)["person"]["count"] == 0


def test_an_unknown_device_is_refused(
    found: Founder, hq: Headquarters, url: str, tmp_path: Path
) -> None:
    store, _user = found()
    enrolled(store, hq, url)
    with (
        Headquarters.open(tmp_path / "other", is_training=True) as other,
        serving(other) as address,
        pytest.raises(Refused) as refused,
    ):
        synced(store, address)
    assert refused.value.rule == "unknown_device"


def test_enrolling_twice_is_refused(found: Founder, hq: Headquarters, url: str) -> None:
    store, _user = found()
    enrolled(store, hq, url)
    with pytest.raises(Refused) as refused:
        enrol(store, url, "K7Q2-M9XD", waits_s=())
    assert refused.value.rule == "enrolled"
