"""While what records belong to has not arrived, all that is asked of them works or is refused."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from importlib import import_module
from types import UnionType
from typing import Any, Final, get_args, get_origin, get_type_hints
from uuid import UUID

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

import app.casework
from app.casework.founding import found_store
from app.casework.group_sessions import record_group_session
from app.casework.household import person_class
from app.casework.referrals import referral_package
from app.casework.review import findings
from app.casework.verbs import act, usual_answers, verbs_of
from app.documents.registry import documents, print_document
from app.errors import Refused, SanadError
from app.models.cases import Case
from app.models.fields import Field
from app.models.grants import Grant
from app.models.record import Record, kind_named, kinds
from app.models.referrals import Referral
from app.models.store import Store
from app.models.types import Context, Reference
from app.models.users import ROLES
from tests.casework.test_review import without
from tests.conftest import PASSPHRASE, TODAY, Founder
from tests.documents.whole_file import WholeFile, make_whole_file

_EVERYBODY: Final = frozenset(ROLES.codes())
_FEW: Final = 1


def _referred(kind: type[Record]) -> set[str]:
    """Name the kinds a kind's records point to."""
    return {f.type.kind for f in kind.fields.values() if isinstance(f.type, Reference)}


def _waves() -> list[frozenset[str]]:
    """Divide the kinds that are pointed to so that no kind points to two of one wave.

    What a record needs is then looked for with everything else it needs in its place.
    """
    waves: list[set[str]] = []
    pointing = [_referred(kind) for kind in kinds().values()]
    for one in sorted(set().union(*pointing)):
        beside = set().union(*(among for among in pointing if one in among))
        wave = next((wave for wave in waves if not wave & beside), None)
        if wave is None:
            waves.append({one})
        else:
            wave.add(one)
    return [frozenset(wave) for wave in waves]


@dataclass
class Copy:
    """A copy that has some kinds not yet, and what failed on it.

    Attributes:
        ids: Of the records of each kind there are, here or not.
    """

    store: Store
    user: UUID
    ids: dict[str, list[UUID]]
    failures: list[str] = field(default_factory=list)

    @contextmanager
    def saved_and_undone(self) -> Iterator[Session]:
        """Save as far as the rules go, then let nothing of it stand."""
        with suppress(_Undone), self.store.write(self.user) as db:
            event.listen(db, "before_commit", _undo)
            yield db

    @contextmanager
    def may_be_refused(self, what: str) -> Iterator[None]:
        """Note what ends in anything but an answer or a refusal.

        A record that is not found is refused by the store, at the end of the block it is read in.
        """
        try:
            yield
        except (SanadError, NoResultFound):
            pass
        except Exception as failure:  # noqa: BLE001  each is listed, so that one run tells all
            self.failures.append(f"{what}: {failure!r}")

    def few(self, db: Session, kind: type[Record]) -> list[Any]:
        """Give some records of a kind that are here."""
        return list(db.scalars(select(kind).order_by(kind.id).limit(_FEW)))


class _Undone(Exception):
    """Ends a save that is to leave nothing."""


def _undo(_db: Session) -> None:
    raise _Undone


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeFile]:
    """A person with a whole file, and beside it work of the kinds that are in no file."""
    store, user = found_store(
        tmp_path_factory.mktemp("whole") / "store", office="RAB", login="amina",
        passphrase=PASSPHRASE, is_training=True, today=lambda: TODAY,
    )  # fmt: skip
    with store:
        whole = make_whole_file(store, user)
        whole.add("partner", "organisation", name="ENCG", organisation_kind="education")
        whole.add(
            "activity", "activity", programme="JMDI", activity_kind="workshop", name="Ruches",
            starts="2026-11-02", partner=whole.ids["partner"],
        )  # fmt: skip
        whole.add(
            "count", "participant_count", activity=whole.ids["activity"], sex="F",
            age_band="30-44", category="migrants", count=9,
        )  # fmt: skip
        whole.add(
            "need", "expert_need", organisation=whole.ids["partner"], programme="TRQN3",
            profile="Hydrologue", country="MA",
        )  # fmt: skip
        with store.write(user) as db:
            record_group_session(
                db, [whole.case], session_kind="information", language="fr", held_on=TODAY
            )
        yield whole


def _copy_without(whole: WholeFile, found: Founder, *left_out: str) -> Copy:
    with whole.store.read() as db:
        ids = {name: list(db.scalars(select(kind.id))) for name, kind in kinds().items()}
    there, user = found("there", login="hassan")
    there.merge(without(whole.store, *left_out))
    return Copy(there, user, ids)


# -- whatever is asked -------------------------------------------------------------------------


@pytest.mark.parametrize("missing", _waves(), ids=lambda wave: min(wave))
def test_what_lacks_its_parent_works_or_is_refused(
    whole: WholeFile, found: Founder, missing: frozenset[str]
) -> None:
    copy = _copy_without(whole, found, *missing)
    _look_again(copy)
    _show(copy)
    _offer(copy)
    _call(copy)
    _act(copy)
    _print(copy, missing)
    assert copy.failures == []


def _look_again(copy: Copy) -> None:
    with copy.may_be_refused("findings"):
        told = [one.summary for one in findings(copy.store) if one.rule == "not_here_yet"]
        copy.failures += [f"found to be wrong, not late: {summary}" for summary in told]


def _show(copy: Copy) -> None:
    with copy.store.read() as db:
        for kind in kinds().values():
            for record in copy.few(db, kind):
                with copy.may_be_refused(f"show {kind.kind}"):
                    assert [record.summary, record.as_json(), *map(record.shown, kind.fields)]
                with copy.may_be_refused(f"verbs of {kind.kind}"):
                    verbs_of(db, record, _EVERYBODY)


def _offer(copy: Copy) -> None:
    """Begin a form of each kind under some records of what it belongs to."""
    with copy.saved_and_undone() as db:
        for kind in kinds().values():
            above = kind.fields[kind.root_field].type if kind.root_field else None
            for parent in copy.few(db, kind_named(above.kind)) if above else ():
                with copy.may_be_refused(f"usual answers of {kind.kind}"):
                    usual_answers(db, kind, parent)


def _call(copy: Copy) -> None:
    """Call every function of casework that takes records, ids of records, days or words.

    What looks over all records never fails for one of them.
    """
    with copy.saved_and_undone() as db:
        for name, function, asked in _functions():
            given = [_some(copy, db, *one) for one in asked]
            for number in range(max(map(len, given)) if all(given) else 0):
                arguments = [some[number % len(some)] for some in given]
                is_of_all = all(type_ in (Session, date) for _name, type_ in asked)
                caught = suppress(SanadError) if is_of_all else copy.may_be_refused(name)
                with caught, suppress(_Undone), db.begin_nested():
                    function(*arguments)
                    raise _Undone


def _act(copy: Copy) -> None:
    for kind in kinds().values():
        with copy.store.read() as db:
            records = {one.id: verbs_of(db, one, _EVERYBODY) for one in copy.few(db, kind)}
        for record, offered in records.items():
            for verb in offered:
                answers = {n: _an_answer(copy, asked) for n, asked in verb.asks.items()}
                with (
                    copy.may_be_refused(f"{kind.kind} {verb.name}"),
                    copy.saved_and_undone() as db,
                ):
                    act(db, db.get_one(kind, record), verb.name, answers)


def _print(copy: Copy, missing: frozenset[str]) -> None:
    """Print every paper, and the plain sheets of the kinds that point to what is missing."""
    for document in documents().values():
        for about in sorted({document.about, *document.also} - {None}):
            kind = kind_named(about)
            if document.name.startswith("record.") and not _referred(kind) & missing:
                continue
            with copy.store.read() as db:
                records = copy.few(db, kind)
            for record in records:
                with copy.may_be_refused(f"print {document.name}"):
                    print_document(copy.store, document.name, record.id, ("fr",), printed_on=TODAY)


# -- each way a session is used ----------------------------------------------------------------


def test_a_reading_that_needs_who_has_not_arrived_is_refused(
    whole: WholeFile, found: Founder
) -> None:
    copy = _copy_without(whole, found, "person")
    for read in (
        lambda db: referral_package(db, db.get_one(Referral, whole.ids["referral"])),
        lambda db: person_class(db, whole.person, TODAY),
    ):
        with pytest.raises(Refused) as refused, copy.store.read() as db:
            read(db)
        assert refused.value.rule == "not_here_yet"


def test_a_paper_on_who_has_not_arrived_is_refused(whole: WholeFile, found: Founder) -> None:
    copy = _copy_without(whole, found, "person")
    with pytest.raises(Refused) as refused:
        print_document(copy.store, "referral", whole.ids["referral"], ("fr",), printed_on=TODAY)
    assert refused.value.rule == "not_here_yet"


def test_a_save_that_needs_who_has_not_arrived_is_refused(whole: WholeFile, found: Founder) -> None:
    copy = _copy_without(whole, found, "person")
    with pytest.raises(Refused) as refused, copy.store.write(copy.user) as db:
        person_class(db, whole.person, TODAY)
    assert refused.value.rule == "not_here_yet"


def test_a_form_opens_with_nothing_known_of_who_has_not_arrived(
    whole: WholeFile, found: Founder
) -> None:
    copy = _copy_without(whole, found, "person")
    with copy.saved_and_undone() as db:
        assert usual_answers(db, Grant, db.get_one(Case, whole.case)) == {}


# -- what functions and verbs are given --------------------------------------------------------

_Asked = list[tuple[str, Any]]
_POINTING: Final = {
    "counsellor": ("user",),
    "group": ("training_group",),
    "plan": ("business_plan", "reintegration_plan"),
    "record": ("person", "case", "grant", "payment", "enrolment", "travel_leg"),
}
"""Kinds whose ids functions take under another name than the kind's."""
_WORDS: Final = {
    "programme": "AVRR-FROM",
    "code": "AVRR-FROM",
    "state": "registered",
    "name": "fitness_hours",
}


def _functions() -> Iterator[tuple[str, Callable[..., Any], _Asked]]:
    """Give the functions of casework that can be called with what ``_some`` knows."""
    for module in pkgutil.iter_modules(app.casework.__path__):
        if module.name.startswith("demo"):
            continue
        imported = import_module(f"app.casework.{module.name}")
        for name, function in vars(imported).items():
            if not inspect.isfunction(function) or function.__module__ != imported.__name__:
                continue
            asked = _asked_by(function)
            if not name.startswith("_") and any(type_ is Session for _name, type_ in asked):
                yield f"{module.name}.{name}", function, asked


def _asked_by(function: Callable[..., Any]) -> _Asked:
    """Name what a function must be given, and its type; nothing where that is not told."""
    needed = [
        one
        for one in inspect.signature(function).parameters.values()
        if one.default is one.empty and one.kind not in (one.VAR_KEYWORD, one.VAR_POSITIONAL)
    ]
    if any(one.kind is one.KEYWORD_ONLY for one in needed):
        return []
    try:
        hints = get_type_hints(function)
    except NameError:  # of a type that is imported for checking only
        return []
    return [(one.name, hints.get(one.name)) for one in needed]


def _some(copy: Copy, db: Session, name: str, type_: Any) -> list[Any]:
    """Give a few things a function may be called with; none where it is not known."""
    if type_ is UUID:
        return [one for kind in _POINTING.get(name, (name,)) for one in copy.ids.get(kind, ())][
            : 2 * _FEW
        ]
    known: dict[Any, list[Any]] = {
        Session: [db], Context: [copy.store.context()], date: [TODAY],
        str: [_WORDS.get(name, "wording")],
    }  # fmt: skip
    if type_ in known:
        return known[type_]
    if get_origin(type_) in (list, Iterable, Sequence):
        return [_some(copy, db, name, *get_args(type_))]
    of = get_args(type_) if get_origin(type_) is UnionType else (type_,)
    if any(not isinstance(one, type) or not issubclass(one, Record) for one in of):
        return []
    return [record for kind in of if kind is not Record for record in copy.few(db, kind)]


def _an_answer(copy: Copy, asked: Field) -> Any:
    """Give an answer a question takes, as JSON."""
    if isinstance(asked.type, Reference):
        return str(next(iter(copy.ids[asked.type.kind]), copy.user))
    schema = asked.type.schema()
    several = schema.get("items", {})
    if schema.get("enum") or several.get("enum"):
        return schema["enum"][0] if "enum" in schema else several["enum"][:1]
    return {"boolean": True, "integer": 1, "array": []}.get(
        schema.get("type", ""), TODAY.isoformat() if schema.get("format") == "date" else "10 EUR"
    )
