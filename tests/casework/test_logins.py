"""What may be a login, wherever one is given; and that older ones go on."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from app.casework.entry import set_record
from app.casework.founding import found_store
from app.casework.users import add_user
from app.errors import Refused
from app.models.store import Store
from app.models.users import User, a_login
from tests.casework.work import refusal
from tests.conftest import PASSPHRASE


@pytest.mark.parametrize(
    "login",
    [
        "amina",
        "y.alaoui",
        "Éloïse-2",
        "أمينة",
        "नीना",
        "李",
        "a_b",
        "7",
        "karim.supervisor",
        "a" * 40,
    ],
)
def test_letters_and_digits_of_any_script_make_a_login(login: str) -> None:
    assert a_login(login) == login


@pytest.mark.parametrize(
    "login",
    [
        "", " ", "a b", " amina", "amina ", "a/b", "a b/é", "a\\b", "-o", ".", "_", "a\n", "a@b",
        "½", "a\u200fb", "\u0301a", "😀", "a" * 41,
    ],
)  # fmt: skip
def test_anything_else_is_refused_at_the_field(login: str) -> None:
    with pytest.raises(Refused) as refused:
        a_login(login)
    assert (refused.value.rule, refused.value.field, refused.value.kind) == (
        "login",
        "login",
        "user",
    )


def test_a_store_is_not_founded_under_another_login(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        found_store(tmp_path / "new", office="RAB", login="a b/é", passphrase=PASSPHRASE)
    assert refused.value.field == "login"
    assert not (tmp_path / "new").exists()


def test_nobody_is_added_under_another_login(store: Store, user: UUID) -> None:
    with pytest.raises(Refused) as refused:
        add_user(store, user, login="a b/é", passphrase=PASSPHRASE, role="counsellor")
    assert refused.value.field == "login"
    assert store.keys.logins() == ["amina"]


def test_a_login_is_not_changed_to_another(store: Store, user: UUID) -> None:
    refused = refusal(store, user, lambda db: set_record(db, "user", user, {"login": "a b/é"}))
    assert (refused.rule, refused.field) == ("login", "login")


def test_a_login_is_one_whatever_its_letters_are_made_of(store: Store, user: UUID) -> None:
    typed = unicodedata.normalize("NFD", "rené")
    added = add_user(store, user, login=typed, passphrase=PASSPHRASE, role="counsellor")
    assert store.admit("rené", PASSPHRASE)[0] == added
    with pytest.raises(Refused) as refused:
        add_user(store, user, login="rené", passphrase=PASSPHRASE, role="counsellor")
    assert refused.value.rule == "login_taken"


def test_a_login_given_before_goes_on(store: Store, user: UUID) -> None:
    store.add_key("a b/é", user, PASSPHRASE)
    with store.control() as connection:
        connection.execute(sa.update(User).values(login="a b/é"))
    with store.write(user) as db:
        db.get_one(User, user).name = "Amina El Fassi"
    assert store.admit("a b/é", PASSPHRASE)[0] == user
