"""Attachments follow their records, by digest, in their own lane."""

from __future__ import annotations

from io import BytesIO
from uuid import UUID

import pytest
from PIL import Image

from app.casework.attachments import attach_picture
from app.errors import Refused
from app.hq.base import Headquarters
from app.models.contents import Content, content_of, keep_content
from app.models.store import Store
from app.sync.engine import sync
from tests.conftest import Founder
from tests.sync.running import carry, digest, enrolled, register, synced


def photograph(store: Store, user: UUID, person: UUID, colour: str) -> str:
    encoded = BytesIO()
    Image.new("RGB", (60, 40), colour).save(encoded, "PNG")
    attached = attach_picture(store, user, person, encoded.getvalue(), attachment_kind="photo")
    assert attached.digest is not None
    return attached.digest


def test_a_photograph_reaches_the_other_device(found: Founder, hq: Headquarters, url: str) -> None:
    one, amina = found("one", login="amina")
    two, _brahim = found("two", login="brahim")
    for store in (one, two):
        enrolled(store, hq, url)
    person = register(one, amina, "Fatou")
    name = photograph(one, amina, person, "red")

    assert synced(one).contents_sent == 1
    assert synced(two).contents_received == 1

    assert content_of(two, name) == content_of(one, name) == content_of(hq.store, name)
    assert digest(one) != {}
    for store in (one, two):
        with carry(store) as carrier:
            again = sync(store, carrier)
            assert carrier.traffic.trips == 1
        assert (again.contents_sent, again.contents_received) == (0, 0)


def test_content_that_does_not_fit_its_name_is_not_taken(
    found: Founder, hq: Headquarters, url: str
) -> None:
    store, user = found()
    enrolled(store, hq, url)
    person = register(store, user, "Fatou")
    name = photograph(store, user, person, "red")
    with carry(store) as carrier, pytest.raises(Refused) as refused:
        carrier.put_content(name, b"something else", "image/jpeg")
    assert refused.value.rule == "digest"
    assert content_of(hq.store, name) is None


def test_content_no_record_names_is_neither_taken_nor_given(
    found: Founder, hq: Headquarters, url: str
) -> None:
    rabat, amina = found("rabat", office="RAB", login="amina")
    agadir, _brahim = found("agadir", office="AGA", login="brahim")
    enrolled(rabat, hq, url, "RAB")
    enrolled(agadir, hq, url, "AGA")
    name = photograph(rabat, amina, register(rabat, amina, "Fatou"), "red")
    synced(rabat)
    stray = Content(b"nobody named this", "text/plain")
    keep_content(hq.store, stray)
    with carry(agadir) as carrier:
        assert carrier.get_content(name) is None
        assert carrier.get_content(stray.digest) is None
        with pytest.raises(Refused) as refused:
            carrier.put_content(stray.digest, stray.data, stray.media_type)
    assert refused.value.rule == "unknown_content"
    with carry(rabat) as carrier:
        assert carrier.get_content(name) is not None


def test_too_large_a_content_is_refused(found: Founder, hq: Headquarters, url: str) -> None:
    store, _user = found()
    enrolled(store, hq, url)
    large = Content(bytes(10_000_001), "image/jpeg")
    with carry(store) as carrier, pytest.raises(Refused) as refused:
        carrier.put_content(large.digest, large.data, large.media_type)
    assert refused.value.rule == "too_large"
