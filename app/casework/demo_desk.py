"""Who writes the files of the training store, in turns, and on which day of the past."""

from __future__ import annotations

import tomllib
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.cases import advance
from app.casework.entry import add_record
from app.casework.users import add_user, roles_of
from app.casework.verbs import act
from app.models.cases import Case
from app.models.officers import PROTECTION
from app.models.record import Record
from app.models.store import Store
from app.models.types import Context
from app.models.users import User
from app.paths import RESOURCES

Script = Generator[str, None, None]
"""What happens to somebody: yields the role whose turn it is; begins as the counsellor's."""

TURNS: Final = ("counsellor", "supervisor", "finance", "protection")
COLLEAGUES: Final = {
    "supervisor": ("karim", "Karim Idrissi"),
    "finance": ("leila", "Leïla Ouazzani"),
    "protection": ("samia", "Samia Berrada"),
}
"""Those who decide beside whoever counsels, by role: login and name."""

_Kind = TypeVar("_Kind", bound=Record)


@cache
def material(name: str = "work") -> dict[str, Any]:
    """Read what fictitious files are made of."""
    with (RESOURCES / "demo" / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


def bring_colleagues(store: Store, user: UUID, passphrase: str | None) -> dict[str, UUID]:
    """Give who works here, by role; those who lack are added where the user may add them.

    Args:
        passphrase: Lets the colleagues added unlock the store too. Without it they are names on
            the records only, and there is nobody to seal protection records to.
    """
    known: dict[str, UUID] = {"counsellor": user}
    taken = set(store.keys.logins())
    with store.read() as db:
        for one in db.scalars(select(User).order_by(User.login)):
            taken.add(one.login or "")
            for role in one.roles or ():
                if role in COLLEAGUES and one.id != user and not one.voided:
                    known.setdefault(role, one.id)
    if not roles_of(store, user) & {"supervisor", "admin"}:
        return known
    for role, (name, full_name) in COLLEAGUES.items():
        login = name if name not in taken else f"{name}.{role}"
        if role in known or login in taken:
            continue
        if passphrase is not None:
            known[role] = add_user(
                store, user, login=login, passphrase=passphrase, role=role, name=full_name
            )
        elif role != PROTECTION:
            with store.write(user) as db:
                made = User(
                    login=login, name=full_name, roles=frozenset({role}), office=store.office
                )
                db.add(made)
            known[role] = made.id
    return known


@dataclass
class Desk:
    """An office at work on some files at once.

    Attributes:
        who: Users by role; a script that waits for a role nobody has ends there.
        today: Date at the office.
        db: The save under way.
    """

    store: Store
    who: dict[str, UUID]
    random: Random
    today: date
    db: Session = field(init=False)

    def on(self, day: date) -> None:
        """Work on a day of the past; never later than today."""
        held: Context = self.db.info["context"]
        self.db.info["context"] = Context(min(day, self.today), held.home_country)

    def words(self, name: str) -> str:
        """Choose one of the texts of a name."""
        chosen: str = self.random.choice(material()["words"][name])
        return chosen

    def run(self, files: Iterable[tuple[File, Script]]) -> None:
        """Go on with some files until nothing is left to do: one save a turn."""
        waiting: dict[str, list[tuple[File, Script]]] = {role: [] for role in TURNS}
        waiting["counsellor"] = list(files)
        while any(waiting[role] for role in TURNS):
            for role in TURNS:
                turn, waiting[role] = waiting[role], []
                if not turn or role not in self.who:
                    continue
                with self.store.write(self.who[role]) as self.db:
                    for file, script in turn:
                        file.resume()
                        wanted = next(script, None)
                        if wanted is not None:
                            waiting[wanted].append((file, script))


@dataclass
class File:
    """The file of one person, as it grows.

    Attributes:
        day: Day at which what is recorded happens.
        wanted: State the case is brought to.
        business: What they live from after the return; chosen once.
        papers: Travel papers asked for, then the ``travel``, its ``allowance`` and the ``grant``,
            with the ``supplier`` chosen for it, as each comes to be.
        surveyed: Day of the latest reintegration survey: it is asked once a quarter.
    """

    desk: Desk
    programme: str
    wanted: str
    country: str
    day: date
    person: UUID = field(init=False)
    case: UUID = field(init=False)
    language: str = "fr"
    business: dict[str, Any] | None = None
    papers: list[Any] = field(default_factory=list)
    travel: Any = None
    allowance: Any = None
    grant: Any = None
    supplier: str = ""
    surveyed: date | None = None

    @property
    def db(self) -> Session:
        """The save under way."""
        return self.desk.db

    @property
    def random(self) -> Random:
        """Where all chance comes from."""
        return self.desk.random

    @property
    def home(self) -> dict[str, str]:
        """Consulate, airport and currency of the country of return."""
        found: dict[str, str] = material()["homes"][self.country]
        return found

    def chance(self, share: float) -> bool:
        """Tell yes in a share of all times."""
        return self.random.random() < share

    def resume(self) -> None:
        """Take the file up again where it was left."""
        self.desk.on(self.day)

    def go_to(self, day: date) -> date:
        """Let time pass to a day; never backwards, nor beyond today."""
        self.day = max(self.day, min(day, self.desk.today))
        self.resume()
        return self.day

    def wait(self, days: int) -> date:
        """Let days pass."""
        return self.go_to(self.day + timedelta(days=days))

    def add(self, kind: str, **answers: Any) -> Any:
        """Add a record as its form does."""
        return add_record(self.db, kind, _json(answers))

    def of_case(self, kind: str, **answers: Any) -> Any:
        """Add a record of the case."""
        return self.add(kind, case=self.case, **answers)

    def act(self, record: Record, verb: str, **answers: Any) -> Any:
        """Do something with a record, as its button does; what was recorded so far counts."""
        self.db.flush()
        return act(self.db, self.held(record), verb, _json(answers))

    def held(self, record: _Kind) -> _Kind:
        """Give a record as the save under way has it."""
        return record if record in self.db else self.db.get_one(type(record), record.id)

    def advance(self, state: str, **more: Any) -> None:
        """Move the case."""
        advance(self.db, self.held_case(), state, **more)

    def held_case(self) -> Case:
        """Give the case as the save under way has it."""
        self.db.flush()
        return self.db.get_one(Case, self.case)


def _json(answers: dict[str, Any]) -> dict[str, Any]:
    return {
        name: str(value) if isinstance(value, (UUID, date)) else value
        for name, value in answers.items()
    }
