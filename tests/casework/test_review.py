"""What two right saves make wrong together is listed, and stays until it is put right."""

from __future__ import annotations

import pytest

from app.casework.cases import open_case
from app.casework.people import register
from app.casework.review import findings
from app.casework.verbs import act, verbs_of
from app.casework.voids import void
from app.errors import Refused
from app.models.cases import Case
from app.models.change import genesis
from app.models.grants import Payment, Tranche
from app.models.log import CHANGE
from app.models.merge import Run
from app.models.store import Store
from app.models.users import ROLES, User
from tests.casework.granting import Granting, make_granting
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


def without(store: Store, *left_out: str) -> list[Run]:
    """Give what a store holds but for some kinds, as of a line cut before they arrived."""
    runs = []
    with store.engine.connect() as connection:
        previous: dict[bytes, bytes] = {}
        for row in connection.execute(CHANGE.select().order_by(CHANGE.c.device, CHANGE.c.seq)):
            before = previous.get(row.device, genesis(row.device))
            if row.kind not in left_out:
                runs.append(Run(row.device, row.seq, before, [row.body]))
            previous[row.device] = row.chain
    return runs


@pytest.mark.parametrize("kind", ["grant", "case", "household_member"])
def test_what_arrives_before_what_it_belongs_to_waits(found: Founder, kind: str) -> None:
    here, amina = found("here")
    there, hassan = found("there", login="hassan")
    g = make_granting(here, amina)
    grant = g.granted("50 EUR", grant_kind="allowance")
    [tranche] = g.tranches(grant)
    payment = g.pay(tranche.id)
    there.merge(without(here, kind))
    assert findings(there) == []
    everything = frozenset(ROLES.codes())
    with there.write(hassan) as db:
        for made, record in ((Tranche, tranche.id), (Payment, payment)):
            verbs_of(db, db.get_one(made, record), everything)
    if kind == "grant":
        with pytest.raises(Refused) as refused, there.write(hassan) as db:
            db.get_one(Payment, payment).receipt = "R 7"
        assert refused.value.rule == "not_here_yet"
        with pytest.raises(Refused) as refused, there.write(hassan) as db:
            act(db, db.get_one(Tranche, tranche.id), "pay", {"mode": "cash"})
        assert refused.value.rule == "not_possible"
    there.merge(runs_of(here))
    assert findings(there) == []


def test_a_tranche_void_at_one_desk_and_paid_at_another_is_found_on_both(found: Founder) -> None:
    here, amina = found("here")
    there, _hassan = found("there", login="hassan")
    g = make_granting(here, amina)
    [tranche] = g.tranches(g.granted("50 EUR", grant_kind="allowance"))
    there.merge(runs_of(here))
    far = Granting(there, g.amina, g.karim, g.leila, g.person, g.case)
    far.pay(tranche.id)
    with here.write(amina) as db:
        void(db.get_one(Tranche, tranche.id), "made twice")
    here.merge(runs_of(there))
    there.merge(runs_of(here))
    assert {f.rule for f in findings(here)} == {"never_void"}
    assert {f.rule for f in findings(there)} == {"never_void"}


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
