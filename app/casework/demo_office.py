"""What a fictitious office keeps beside people's files: partners, rates, groups and activities."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from random import Random
from typing import Final
from uuid import UUID

from PIL import Image, ImageDraw
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.activities import age_bands_of, record_activity
from app.casework.attachments import attach_picture
from app.casework.attendance import mark
from app.casework.cases import advance
from app.casework.certificates import certify, is_over
from app.casework.demo_desk import Desk, material
from app.casework.entry import add_record
from app.casework.group_sessions import record_group_session
from app.casework.training import create_group, enrol, standing_in
from app.casework.training_calendar import at_of, sessions_in
from app.casework.verbs import act
from app.models.activities import Organisation
from app.models.cases import Case
from app.models.choices import fold_name
from app.models.grants import ExchangeRate
from app.models.programmes import programmes
from app.models.training import Curriculum, Enrolment, TrainingGroup

_GROUP_SIZE: Final = 18
_TRAINERS: Final = ("Youssef", "Salma", "Karim", "Nadia", "Omar", "Khadija", "Rachid", "Imane")
_FAMILIES: Final = ("Benali", "El Amrani", "Tazi", "Ouazzani", "Berrada", "Chraïbi", "Alaoui",
                    "Idrissi")  # fmt: skip
_MARKED: Final = frozenset(
    {"declared", "docs_pending", "cleared", "booked", "departed", "arrived", "reintegration"}
)
"""States in which somebody in a training group is marked as being in training."""


def furnish(desk: Desk) -> None:
    """Enter the partners, exchange rates and activities, each once."""
    with desk.store.write(desk.who["counsellor"]) as db:
        desk.db = db
        _rates(db, desk.today, desk.random)
        partners = _partners(db)
        if partners:
            _activities(db, desk, partners)


def _rates(db: Session, today: date, random: Random) -> None:
    known = {(one.base, one.quoted, one.on) for one in db.scalars(select(ExchangeRate))}
    for back in range(0, 1000, 91):
        on = today - timedelta(days=back)
        for base, quoted_at in material()["rates"].items():
            for quoted, text in quoted_at.items():
                is_fixed = quoted in {"XOF", "XAF"} and base == "EUR"
                drift = Decimal(1) if is_fixed else Decimal(str(random.uniform(0.96, 1.03)))
                rate = (Decimal(text) * drift).quantize(Decimal("0.0001"))
                if (base, quoted, on) not in known:
                    add_record(db, "exchange_rate", {
                        "base": base, "quoted": quoted, "rate": str(rate if not is_fixed else text),
                        "on": on.isoformat(), "source": "Taux fictif pour la formation",
                    })  # fmt: skip


def _partners(db: Session) -> list[UUID]:
    """Enter the organisations; gives those entered just now."""
    known = {fold_name(name or "") for name in db.scalars(select(Organisation.name))}
    made = [
        add_record(db, "organisation", one).id
        for one in material()["organisations"]
        if fold_name(one["name"]) not in known
    ]
    db.flush()
    if made:
        for need in material()["expert_needs"]:
            add_record(
                db, "expert_need",
                {**need, "organisation": str(made[2]), "programme": "TRQN3", "country": "MA"},
            )  # fmt: skip
    return made


def _activities(db: Session, desk: Desk, partners: list[UUID]) -> None:
    random = desk.random
    for number, told in enumerate(material()["activities"]):
        starts = desk.today - timedelta(days=random.randint(-12, 160))
        bands = [band for band in age_bands_of(db, told["programme"]) if band != "unknown"]
        is_past = starts < desk.today
        activity = record_activity(
            db, told["programme"], activity_kind=told["kind"], name=told["name"], starts=starts,
            place="Rabat", partner=partners[number % len(partners)], language="fr", hours=6,
            cost=f"{random.randint(10, 80) * 500} MAD",
            participants=[
                (sex, band, told["category"], random.randint(2, 18))
                for sex in "FM" for band in random.sample(bands, 2)
            ] if is_past else [],
        )  # fmt: skip
        db.flush()
        if is_past:
            act(db, activity, "begin", {})
            if random.random() < 0.8:
                act(db, activity, "finish", {
                    "outcome": "Recommandations adoptées par les participants",
                    "ends": min(starts + timedelta(days=1), desk.today).isoformat(),
                })  # fmt: skip


def meet_in_groups(desk: Desk, cases: list[UUID]) -> None:
    """Hold information sessions with several people."""
    size = 12
    for start in range(0, max(size, len(cases) // 10), size):
        some = cases[start : start + size]
        if not some:
            return
        day = desk.today - timedelta(days=desk.random.randint(0, 12))
        with desk.store.write(desk.who["counsellor"]) as db:
            opened = dict(db.execute(select(Case.id, Case.opened).where(Case.id.in_(some))).all())
            record_group_session(
                db, [case for case in some if (opened[case] or day) <= day],
                session_kind="information", held_on=max(
                    day, min(on for on in opened.values() if on)
                ), minutes=90, mode="office", place="Salle de réunion", language="fr",
                interpreter="none", topics=["voluntary", "complaints"], leaflet=True,
            )  # fmt: skip


def train(desk: Desk, people: list[UUID], groups: int) -> None:
    """Teach some groups, call the roll and give the certificates of those that are over."""
    with desk.store.read() as db:
        curricula = list(db.scalars(select(Curriculum).order_by(Curriculum.code)))
    for number in range(min(max(len(people) // _GROUP_SIZE, 1 if len(people) > 3 else 0), groups)):
        some = people[number * _GROUP_SIZE : (number + 1) * _GROUP_SIZE]
        with desk.store.write(desk.who["counsellor"]) as db:
            _teach(db, desk, curricula[number % len(curricula)], number, some)


def _teach(
    db: Session, desk: Desk, curriculum: Curriculum, number: int, people: list[UUID]
) -> None:
    random, today = desk.random, desk.today
    programme = next(
        (p.code for p in programmes().values() if curriculum.code in p.curricula), "FORAS"
    )
    group = create_group(
        db, name=f"{curriculum.summary} – {number + 1}", curriculum=curriculum.id,
        programme=programme, starts=today - timedelta(days=random.randint(1, 90)), place="Rabat",
        trainer=_trainer(number), language="fr", capacity=25,
    )  # fmt: skip
    db.flush()
    enrolments = [
        enrol(
            db, group.id, person, business="running" if curriculum.needs_business else "idea",
            pre_score=random.randint(20, 60) if curriculum.pre_test else None,
            post_score=random.randint(60, 100) if curriculum.post_test else None,
        )
        for person in people
    ]  # fmt: skip
    db.flush()
    for case in db.scalars(select(Case).where(Case.person.in_(people), Case.state.in_(_MARKED))):
        if "training" not in (case.marks or ()) and case.programme in {"AVRR-FROM", "FORAS"}:
            advance(db, case, "training")
    for session in sessions_in(db, group.id):
        day, half_day = at_of(session)
        if day > today:
            break
        for enrolment in enrolments:
            attendance = random.choices(["present", "late", "absent"], [88, 4, 8])[0]
            mark(db, enrolment.id, day, half_day, attendance)
    db.flush()
    _finish(db, desk, group, enrolments)


def _finish(db: Session, desk: Desk, group: TrainingGroup, enrolments: list[Enrolment]) -> None:
    if not is_over(db, group, desk.today):
        return
    certify(db, group)
    standing = standing_in(db, group, enrolments)
    for enrolment in enrolments:
        if enrolment.state == "enrolled" and standing[enrolment.id].missing:
            act(db, enrolment, "end_in_part", {})


def _trainer(number: int) -> str | None:
    """Give each group a trainer of its own: groups overlap, and nobody is in two places."""
    family, given = divmod(number, len(_TRAINERS))
    return f"{_TRAINERS[given]} {_FAMILIES[family]}" if family < len(_FAMILIES) else None


def photograph(desk: Desk, people: list[UUID]) -> None:
    """Put a drawn portrait on some files: no photograph of anybody is used."""
    for person in people:
        shade = desk.random.randint(40, 200)
        picture = Image.new("RGB", (240, 320), (shade, 190, 210))
        pen = ImageDraw.Draw(picture)
        pen.ellipse((75, 60, 165, 170), fill=(110, 80, shade))
        pen.ellipse((30, 180, 210, 420), fill=(shade, 90, 90))
        drawn = BytesIO()
        picture.save(drawn, "PNG")
        attach_picture(
            desk.store, desk.who["counsellor"], person, drawn.getvalue(), attachment_kind="photo"
        )
