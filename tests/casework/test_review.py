"""What two right saves make wrong together is listed, and stays until it is put right."""

from __future__ import annotations

from app.casework.cases import open_case
from app.casework.people import register
from app.casework.review import findings
from app.casework.voids import void
from app.models.cases import Case
from app.models.users import User
from tests.conftest import Founder
from tests.models.test_convergence import runs_of


def test_two_open_cases_from_two_desks_are_listed_until_one_is_void(found: Founder) -> None:
    here, user = found("here")
    there, other = found("there", login="karim")
    with here.write(user) as db:
        person = register(
            db, {"sex": "F", "nationalities": ["ML"]}, names=[{"given_names": "Sira"}]
        ).id
    there.merge(runs_of(here))
    with here.write(user) as db:
        open_case(db, person, "FORAS")
    with there.write(other) as db:
        theirs = open_case(db, person, "FORAS").id
    assert findings(here) == []
    here.merge(runs_of(there))
    listed = findings(here)
    assert [(f.kind, f.rule, f.root) for f in listed] == [("case", "one_open_case", person)]
    assert findings(here) == listed
    with here.write(user) as db:
        void(db.get_one(Case, theirs), "opened twice")
    assert findings(here) == []


def test_two_users_of_one_login_are_both_kept_and_listed(found: Founder) -> None:
    here, _user = found("here", login="amina")
    there, _other = found("there", login="amina")
    here.merge(runs_of(there))
    assert [f.rule for f in findings(here)] == ["login_taken"]


def test_a_record_that_held_is_looked_at_again_when_it_changes_elsewhere(found: Founder) -> None:
    here, _user = found("here", login="amina")
    there, colleague = found("there", login="karim")
    here.merge(runs_of(there))
    with here.engine.connect() as connection:
        waiting = "SELECT count(*) FROM recheck WHERE kind = 'user'"
        assert connection.exec_driver_sql(waiting).scalar() == 1
    assert findings(here) == []
    with there.write(colleague) as db:
        db.get_one(User, colleague).login = "amina"
    here.merge(runs_of(there))
    assert [f.rule for f in findings(here)] == ["login_taken"]
