"""What may be done with a record beyond answering its questions: one registry for every shell.

A verb is a function of casework, declared beside its rules; the person's file shows it as a
button, ``sanad act`` performs it, and both ask what it asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from app.errors import Refused
from app.i18n import _
from app.models.fields import Field
from app.models.record import Record
from app.models.rules import not_here_yet
from app.models.users import User

Perform = Callable[..., Any]
Available = Callable[[Session, Any], bool]


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing that may be done with the records of a kind.

    Attributes:
        kind: Record class.
        name: As ``sanad act`` takes it.
        title: Words on its button, a message id.
        perform: Called with the session, the record and the answers by name.
        asks: Questions asked first, by name, as a form shows them.
        when: Whether it makes sense for a record.
        roles: Who may; None for everybody.
        is_step: It is the regular next step, and its button stands out.
    """

    kind: type[Record]
    name: str
    title: str
    perform: Perform
    asks: Mapping[str, Field]
    when: Available
    roles: frozenset[str] | None
    is_step: bool

    def is_for(self, roles: frozenset[str]) -> bool:
        """Tell whether someone with ``roles`` may do it."""
        return self.roles is None or bool(self.roles & roles)


_VERBS: Final[dict[type[Record], dict[str, Verb]]] = {}


def verb(
    kind: type[Record],
    name: str,
    title: str,
    *,
    asks: Mapping[str, Field] | tuple[str, ...] = (),
    when: Available = lambda _db, _record: True,
    roles: frozenset[str] | None = None,
    is_step: bool = False,
) -> Callable[[Perform], Perform]:
    """Declare a function as a verb of a record kind.

    Args:
        asks: Questions to ask; a tuple names questions of the kind itself.
    """
    asked = asks if isinstance(asks, Mapping) else {one: kind.fields[one] for one in asks}

    def declare(function: Perform) -> Perform:
        _VERBS.setdefault(kind, {})[name] = Verb(
            kind, name, title, function, asked, when, roles, is_step
        )
        return function

    return declare


def verbs_of(db: Session, record: Record, roles: frozenset[str]) -> list[Verb]:
    """List what someone with ``roles`` may do with a record as it stands."""
    if record.voided:
        return []
    return [
        one
        for one in _VERBS.get(type(record), {}).values()
        if one.is_for(roles) and _makes_sense(db, one, record)
    ]


def _makes_sense(db: Session, verb: Verb, record: Record) -> bool:
    """Tell whether a verb makes sense; not while what the record belongs to has not arrived."""
    try:
        return verb.when(db, record)
    except NoResultFound:
        return False


def verb_named(kind: type[Record], name: str) -> Verb:
    """Give a verb by its name.

    Raises:
        Refused: The kind has no such verb; the message lists those there are.
    """
    known = _VERBS.get(kind, {})
    if name not in known:
        raise Refused(
            "unknown_verb",
            _("“{kind}” has no verb {name}. Its verbs: {verbs}.").format(
                kind=_(kind.title), name=name, verbs=", ".join(known) or "–"
            ),
            None,
            kind.kind,
        )
    return known[name]


def act(db: Session, record: Record, name: str, answers: Mapping[str, Any]) -> Any:
    """Do something with a record, with the answers its verb asks for.

    Raises:
        Refused: The role of the author does not allow it, it makes no sense for the record as
            it stands, or an answer breaks a rule.
    """
    chosen = verb_named(type(record), name)
    author = db.get(User, db.info["author"])
    if not chosen.is_for((author.roles if author else None) or frozenset()):
        raise Refused("role", _("Your role does not allow this. Ask a supervisor of your office."))
    if record.voided or not _makes_sense(db, chosen, record):
        raise Refused(
            "not_possible",
            _("“{verb}” is not possible for this record as it stands.").format(
                verb=_(chosen.title)
            ),
            None,
            record.kind,
        )
    unknown = set(answers) - set(chosen.asks)
    if unknown:
        raise Refused(
            "unknown_field",
            _("“{verb}” does not ask {name}.").format(
                verb=_(chosen.title), name=sorted(unknown)[0]
            ),
            sorted(unknown)[0],
            record.kind,
        )
    cleaned = {
        asked: field.clean(answers.get(asked), db.info["context"])
        for asked, field in chosen.asks.items()
    }
    try:
        return chosen.perform(db, record, **{n: v for n, v in cleaned.items() if v is not None})
    except NoResultFound:
        raise not_here_yet(record.kind) from None


Usual = Callable[[Session, Record], Mapping[str, Any]]
_USUAL: Final[dict[type[Record], Usual]] = {}


def usual(kind: type[Record]) -> Callable[[Usual], Usual]:
    """Declare what a form that adds a record of this kind starts with, given its parent."""

    def declare(function: Usual) -> Usual:
        _USUAL[kind] = function
        return function

    return declare


def usual_answers(db: Session, kind: type[Record], parent: Record) -> dict[str, Any]:
    """Give what a form that adds a record starts with, as JSON values.

    Nothing while what the parent belongs to has not arrived: the form still opens.
    """
    if kind not in _USUAL:
        return {}
    try:
        return dict(_USUAL[kind](db, parent))
    except NoResultFound:
        return {}
