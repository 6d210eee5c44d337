"""Two desks that answer the same questions without seeing each other, for tests of conflicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.casework.cases import open_case
from app.casework.consents import give_consent
from app.casework.people import register
from app.models.grants import Grant
from app.models.persons import PersonName
from app.models.record import Record
from app.models.store import Store
from app.models.users import User
from tests.casework.granting import make_granting
from tests.conftest import TODAY, Founder
from tests.models.test_convergence import runs_of


@dataclass
class Desks:
    """Amina's desk here and Brahim's there; both hold the same until ``differ``."""

    here: Store
    amina: UUID
    there: Store
    brahim: UUID

    def person(self, given: str, family: str | None = None, **about: Any) -> UUID:
        """Register somebody here."""
        names = [{"given_names": given, "family_name": family}]
        with self.here.write(self.amina) as db:
            return register(db, {"sex": "F", "nationalities": ["SN"], **about}, names=names).id

    def case(self, person: UUID, programme: str = "FORAS") -> UUID:
        """Open a case here, in Amina's charge."""
        with self.here.write(self.amina) as db:
            case = open_case(db, person, programme)
            case.counsellor = self.amina
            return case.id

    def consent(self, person: UUID, *scopes: str) -> UUID:
        """Record a consent here."""
        with self.here.write(self.amina) as db:
            return give_consent(db, person, scopes=list(scopes), given_on=TODAY, form="written").id

    def name_of(self, person: UUID) -> UUID:
        """Give the id of a person's name."""
        with self.here.read() as db:
            return db.query(PersonName).filter_by(person=person).one().id

    def meet(self) -> None:
        """Bring both to hold what either has."""
        self.there.merge(runs_of(self.here))
        self.here.merge(runs_of(self.there))

    def differ(
        self, kind: type[Record], record: UUID, here: dict[str, Any], there: dict[str, Any]
    ) -> None:
        """Answer otherwise at the two desks, then let them meet."""
        self.meet()
        for store, user, answers in (
            (self.there, self.brahim, there),
            (self.here, self.amina, here),
        ):
            with store.write(user) as db:
                found = db.get_one(kind, record)
                for name, value in answers.items():
                    setattr(found, name, found.fields[name].clean(value, store.context()))
        self.meet()

    def becomes(self, *roles: str) -> None:
        """Give Amina roles."""
        with self.here.write(self.amina) as db:
            db.get_one(User, self.amina).roles = frozenset({*roles, "admin"})


def desks(found: Founder) -> Desks:
    """Open two desks of one office."""
    here, amina = found("here", login="amina")
    there, brahim = found("there", login="brahim")
    made = Desks(here, amina, there, brahim)
    made.meet()
    return made


def disputed_grant(made: Desks) -> UUID:
    """Ask for a grant here, with another amount at each desk."""
    granting = make_granting(made.here, made.amina)
    grant = granting.request("800 EUR")
    made.differ(Grant, grant, {"requested": "900 EUR"}, {"requested": "850 EUR"})
    return grant
