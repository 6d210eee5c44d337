"""The base of every record kind, and the registry that knows them all."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.i18n import N_, _
from app.models.fields import P1, Field, Merge, text
from app.models.filing import Filed
from app.models.ids import new_id
from app.models.types import Reference
from app.models.values import IdType


class Base(DeclarativeBase):
    """Everything SQLAlchemy maps; its metadata is the projected tables only."""


class Record(Base):
    """One thing the work knows about: a person, a case, a session.

    A row is a projection of the record's changes; it is written by saving inside
    ``store.write`` and by merging, never otherwise. Columns beside the declared questions:

    Attributes:
        root: Id of the record whose file this one belongs to (itself, for a person or an office).
        voided: Reason for which it no longer counts; None while it does.
        created_at: Stamp of its first change (see ``clock``); ``created_by`` its author.
        updated_at: Stamp of its latest change; ``updated_by`` its author.
        conflicts: Names of the fields a person must settle, separated by spaces; None when none.
    """

    __abstract__ = True

    kind: ClassVar[str]
    title: ClassVar[str]
    fields: ClassVar[dict[str, Field]]
    root_field: ClassVar[str | None]
    filed: ClassVar[Filed | None] = None
    # In no list, history, search, conflict or export: shown only where it is opened on purpose.
    is_confidential: ClassVar[bool] = False

    id: Mapped[UUID] = mapped_column(IdType(), primary_key=True, default=new_id, sort_order=-9)
    root: Mapped[UUID] = mapped_column(IdType(), index=True, nullable=True, sort_order=-8)
    created_at: Mapped[int] = mapped_column(sa.BigInteger, nullable=True, sort_order=90)
    created_by: Mapped[UUID] = mapped_column(IdType(), nullable=True, sort_order=91)
    updated_at: Mapped[int] = mapped_column(sa.BigInteger, nullable=True, sort_order=92, index=True)
    updated_by: Mapped[UUID] = mapped_column(IdType(), nullable=True, sort_order=93)
    conflicts: Mapped[str | None] = mapped_column(sa.Text, nullable=True, sort_order=94)
    voided: Mapped[str | None] = text(
        N_("Reason it no longer counts"), personal=P1, merge=Merge.ASK, max_length=500
    )

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if "__abstract__" not in cls.__dict__:
            cls.kind = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
            cls.__tablename__ = cls.kind
        super().__init_subclass__(**kwargs)
        if "__abstract__" in cls.__dict__:
            return
        cls.fields = {}
        for column in cls.__table__.columns:
            declared = column.info.get("field")
            if declared is not None:
                if column.name != "voided" and hasattr(Record, column.name):
                    raise TypeError(f"{cls.kind}.{column.name} hides a part of every record")
                cls.fields[column.name] = column.info["field"] = declared.named(column.name)
        roots = [n for n, f in cls.fields.items() if isinstance(f.type, Reference) and f.type.root]
        cls.root_field = roots[0] if roots else None
        _KINDS[cls.kind] = cls

    def __init__(self, **values: Any) -> None:
        # The id is needed before the flush: children and the log name it.
        values.setdefault("id", new_id())
        super().__init__(**values)

    @property
    def summary(self) -> str:
        """One line that tells this record from its neighbours."""
        return _(self.title)

    def shown(self, name: str) -> str:
        """Give the answer to question ``name`` as text for a person; empty when unanswered."""
        value = getattr(self, name)
        return "" if value is None else self.fields[name].type.shown(value)

    def as_json(self) -> dict[str, Any]:
        """Give the record as JSON shows it; unanswered questions are left out."""
        answered = {
            name: field.type.to_json(value)
            for name, field in self.fields.items()
            if (value := getattr(self, name)) is not None
        }
        return {"id": str(self.id), "kind": self.kind, **answered}

    @classmethod
    def questions(cls) -> dict[str, Field]:
        """Give the fields a person is asked, without those the machinery keeps."""
        return {name: field for name, field in cls.fields.items() if name != "voided"}


_KINDS: Final[dict[str, type[Record]]] = {}


def kinds() -> dict[str, type[Record]]:
    """Give every record kind by name, in order of declaration."""
    from app.models import catalogue  # noqa: F401  declares them all

    return _KINDS


def kind_named(name: str) -> type[Record]:
    """Give the record class called ``name`` (``counselling_session`` or ``CounsellingSession``).

    Raises:
        Refused: No such kind; the message lists those there are.
    """
    from app.errors import Refused

    known = kinds()
    snake = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    if snake not in known:
        raise Refused(
            "unknown_kind",
            _("There is no record kind {name}. Known kinds: {kinds}.").format(
                name=name, kinds=", ".join(sorted(known))
            ),
        )
    return known[snake]
