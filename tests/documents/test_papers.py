"""The papers of casework: what each must tell, and what none may."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select

from app.casework.grants import reverse
from app.casework.people import register
from app.casework.sharing import withdraw_consent
from app.casework.training import enrol
from app.casework.voids import void
from app.documents.registry import Printed, documents, print_document, print_many
from app.errors import Refused
from app.models.business import BusinessLine, BusinessPlan
from app.models.cases import Case
from app.models.consents import Consent
from app.models.declarations import Declaration
from app.models.filing import FILE_SECTIONS
from app.models.grants import Payment
from app.models.ids import new_id
from app.models.persons import PersonName
from app.models.record import kinds
from app.models.store import Store
from app.models.training import Certificate, TrainingGroup
from tests.conftest import TODAY

from .people import SAFE, UNSAFE, add_person
from .reading import digest_on_paper, lacks, page_texts, read, squeezed
from .whole_file import BOOKING, OFFICE_PHONE, SEALED, WholeFile, make_whole_file

# What of the whole file each paper is about, what it must tell, its most pages in one language.
PAPERS: dict[str, tuple[str, tuple[str, ...], int]] = {
    "session": ("session", ("Alpha Barry", "Combien de temps dure l’attente ?", "55"), 2),
    "declaration": ("declaration", ("Alpha Barry", "Youssef El Amrani", "N'Diaye"), 2),
    "referral": ("referral", ("Fondation Orient-Occident", "Mme Tazi", SAFE), 2),
    "certificate": ("certificate", ("Groupe A", "Éloïse Nguyễn N'Diaye", "Rabat"), 1),
    "attendance_sheet": ("group", ("Groupe A", "Naïma Idrissi", "محمد بن عبد الرحمن"), 1),
    "plan": ("plan", ("Atelier de couture", "550,00 USD", "Association"), 2),
    "business_plan": ("business", ("Atelier de couture Bah", "Machine à coudre", "Loyer"), 4),
    "receipt": ("payment", ("300,00 USD", "Comptoir Couture", "R-2026-0032"), 1),
    "travel": ("travel", (BOOKING, "Conakry", "AT 501", "LP 00417", "R-2026-0031"), 2),
    "grant": ("grant", ("Madina Tissus", "620,00 USD", "PF-88", "250,00 USD"), 2),
    "appointment_card": ("appointment", ("12, rue d’Oran", OFFICE_PHONE, "09:30"), 1),
}
LANGUAGES = [("fr",), ("ar",), ("fr", "ar"), ("ar", "fr")]


def paper(
    store: Store, name: str, record: UUID | None, *languages: str, blank: bool = False
) -> Printed:
    return print_document(store, name, record, languages or ("en",), blank, printed_on=TODAY)


def said(whole: WholeFile, name: str, key: str = "") -> str:
    """Give the text of a paper of the whole file, on one line."""
    record = whole.ids[key or PAPERS[name][0]]
    return squeezed(read(paper(whole.store, name, record).pdf), " ")


def refused_rule(store: Store, name: str, record: UUID) -> str:
    with pytest.raises(Refused) as refused:
        paper(store, name, record)
    return refused.value.rule


@pytest.fixture
def fresh(office: tuple[Store, UUID]) -> WholeFile:
    """A whole file that a test may change."""
    return make_whole_file(*office)


# -- all of them -------------------------------------------------------------------------------


@pytest.mark.parametrize("languages", LANGUAGES, ids="-".join)
@pytest.mark.parametrize("name", PAPERS)
def test_paper_tells_what_it_must_on_few_pages(
    whole: WholeFile, name: str, languages: tuple[str, ...]
) -> None:
    key, values, pages = PAPERS[name]
    printed = paper(whole.store, name, whole.ids[key], *languages)
    assert printed.unprintable == []
    assert printed.pages < pages + len(languages)  # each thing said twice takes more room
    if languages == ("fr",):
        assert {value: lost for value in values if (lost := lacks(printed.pdf, value))} == {}


@pytest.mark.parametrize("languages", LANGUAGES, ids="-".join)
@pytest.mark.parametrize("name", [*PAPERS, "case_file"])
def test_blank_paper_tells_nothing_of_anybody(
    whole: WholeFile, name: str, languages: tuple[str, ...]
) -> None:
    values = (*(PAPERS[name][1] if name in PAPERS else ()), whole.number, "N'Diaye")
    printed = paper(whole.store, name, None, *languages, blank=True)
    text = read(printed.pdf)
    # Whose office it is stands on every paper.
    known = {"Rabat", OFFICE_PHONE}
    assert [value for value in values if value not in known and value in text] == []


@pytest.mark.parametrize("name", [*PAPERS, "case_file"])
def test_nothing_sealed_is_on_any_paper(whole: WholeFile, name: str) -> None:
    record = whole.ids[PAPERS[name][0]] if name in PAPERS else whole.case
    text = read(paper(whole.store, name, record).pdf)
    assert [word for word in (SEALED, "Trafficking", "Sealed") if word in text] == []


@pytest.mark.parametrize("name", PAPERS)
def test_same_record_gives_the_same_bytes(whole: WholeFile, name: str) -> None:
    record = whole.ids[PAPERS[name][0]]
    once, again = (paper(whole.store, name, record, "fr", "ar").pdf for _time in range(2))
    assert once == again


@pytest.mark.parametrize("name", [*PAPERS, "case_file"])
def test_id_of_nothing_is_refused(whole: WholeFile, name: str) -> None:
    assert refused_rule(whole.store, name, new_id()) == "unknown_record"


def test_every_document_is_about_kinds_there_are_and_stands_in_a_section() -> None:
    for document in documents().values():
        about = {document.about, *document.also} - {None}
        assert about <= set(kinds()), document.name
        assert document.section in FILE_SECTIONS, document.name


def test_many_certificates_are_printed_at_once(whole: WholeFile) -> None:
    ids = [whole.ids["certificate"]] * 3
    printed = list(print_many(whole.store, "certificate", ids, ("fr",), printed_on=TODAY))
    assert len({one.pdf for one in printed}) == 1


# -- sessions and declarations -----------------------------------------------------------------


def test_declaration_tells_what_was_explained_and_the_right_to_change_ones_mind(
    whole: WholeFile,
) -> None:
    text = said(whole, "declaration")
    for words in (
        "Declaration of voluntary return",
        "I decide freely to return",
        "I may change my mind at any time until I leave",
        "Read to me by",
        "Thumbprint",
        "Support after return is not guaranteed",
    ):
        assert words in text, words


def test_declaration_taken_back_says_so(fresh: WholeFile) -> None:
    assert "was taken back" not in said(fresh, "declaration")
    fresh.act("declaration", "declaration", "withdraw")
    assert "This declaration was taken back and no longer holds." in said(fresh, "declaration")


@pytest.mark.parametrize(
    ("kind", "title", "words"),
    [
        ("reconfirmed", "Will to return confirmed again", "today I confirm it again"),
        ("informed", "Informed decision, not to return", "I decide freely not to return"),
    ],
)
def test_declaration_says_what_its_kind_declares(
    fresh: WholeFile, kind: str, title: str, words: str
) -> None:
    with fresh.store.write(fresh.user) as db:
        db.get_one(Declaration, fresh.ids["declaration"]).declaration_kind = kind
    text = said(fresh, "declaration")
    assert (title in text, words in text) == (True, True)


# -- referrals ---------------------------------------------------------------------------------


def test_referral_tells_only_what_may_be_told(whole: WholeFile) -> None:
    text = said(whole, "referral")
    assert "Un toit pour trois personnes" in text
    hidden = (UNSAFE, "père des enfants", "1996", "Guinea", "Hypertension", "single")
    assert [word for word in hidden if word in text] == []


def test_referral_is_not_printed_without_consent(fresh: WholeFile) -> None:
    with fresh.store.write(fresh.user) as db:
        for consent in db.scalars(select(Consent).where(Consent.person == fresh.person)):
            withdraw_consent(db, consent)
    assert refused_rule(fresh.store, "referral", fresh.ids["referral"]) == "no_consent_to_share"


def test_digest_of_a_referral_is_alike_in_all_languages(whole: WholeFile) -> None:
    english, arabic = (
        digest_on_paper(paper(whole.store, "referral", whole.ids["referral"], code).pdf)
        for code in ("en", "ar")
    )
    assert english == arabic


# -- training ----------------------------------------------------------------------------------


def test_certificate_tells_its_number_and_hours_and_no_case(whole: WholeFile) -> None:
    text = said(whole, "certificate")
    with whole.store.read() as db:
        number = db.get_one(Certificate, whole.ids["certificate"]).number
    assert number in text
    assert "Hours attended: 15 of 15" in text
    assert whole.number not in text


def test_certificate_of_the_longest_name_is_one_page(fresh: WholeFile) -> None:
    with fresh.store.write(fresh.user) as db:
        for name in db.scalars(select(PersonName).where(PersonName.person == fresh.person)):
            name.given_names = f"{name.given_names} " + "Ab " * 50
    assert paper(fresh.store, "certificate", fresh.ids["certificate"]).pages == 1


def test_certificate_withdrawn_is_not_printed(fresh: WholeFile) -> None:
    with fresh.store.write(fresh.user) as db:
        void(db.get_one(Certificate, fresh.ids["certificate"]), "given in error")
    rule = refused_rule(fresh.store, "certificate", fresh.ids["certificate"])
    assert rule == "certificate_withdrawn"


def test_attendance_sheet_has_a_box_for_each_half_day_and_the_marks_given(
    whole: WholeFile,
) -> None:
    text = said(whole, "attendance_sheet")
    assert text.count("Present") == 5
    assert (text.count("Morning"), text.count("Afternoon")) == (3, 2)


def test_attendance_sheet_of_a_large_group_repeats_its_head(fresh: WholeFile) -> None:
    with fresh.store.write(fresh.user) as db:
        group = db.get_one(TrainingGroup, fresh.ids["group"])
        for number in range(24):
            person = register(
                db,
                {"sex": "F", "nationalities": ["SN"]},
                names=[{"given_names": f"Awa {number:02}"}],
            )
            db.flush()
            enrol(db, group.id, person.id)
    pages = page_texts(paper(fresh.store, "attendance_sheet", fresh.ids["group"]).pdf)
    assert len(pages) == 2
    assert all("Morning" in page for page in pages)
    names = [f"Awa {number:02}" for number in range(24)]
    assert [name for name in names if sum(name in page for page in pages) != 1] == []


# -- plans and money ---------------------------------------------------------------------------


def test_plan_groups_its_activities_by_dimension(whole: WholeFile) -> None:
    text = said(whole, "plan")
    places = [text.index(word) for word in ("Economic", "Social", "Psychosocial")]
    assert places == sorted(places)


def test_business_plan_tells_break_even_and_every_month(whole: WholeFile) -> None:
    text = said(whole, "business_plan")
    assert "1,366,667 GNF" in text
    assert "In no month is there too little cash." in text
    assert [m for m in ("Feb 2027", "Jul 2027", "Jan 2028") if m not in text] == []


def test_business_plan_says_in_words_which_month_ends_below_zero(fresh: WholeFile) -> None:
    with fresh.store.write(fresh.supervisor) as db:
        plan = BusinessPlan(
            case=fresh.case, version=2, state="draft", name="Kiosque", currency="MAD"
        )
        db.add(plan)
        for kind, amount in (("own", "1000 MAD"), ("fixed", "600 MAD")):
            db.add(BusinessLine(plan=plan.id, line_kind=kind, label=kind, amount=amount))
    text = squeezed(read(paper(fresh.store, "business_plan", plan.id).pdf), " ")
    assert "At the end of Month 2, 200.00 MAD are missing to pay what is due." in text
    assert "Nothing is sold yet." in text


def test_receipt_names_the_currency_and_leaves_room_for_words(whole: WholeFile) -> None:
    text = said(whole, "receipt", "allowance")
    for words in ("30.00 EUR", "Euro", "Amount written out by hand", "R-2026-0031"):
        assert words in text, words


def test_receipt_for_goods_tells_what_was_handed_over(whole: WholeFile) -> None:
    text = said(whole, "receipt", "assistance")
    assert "Nuits d’hôtel" in text
    assert "in good order" in text


def test_payment_that_was_reversed_has_no_receipt(fresh: WholeFile) -> None:
    with fresh.store.write(fresh.finance) as db:
        back = reverse(db, db.get_one(Payment, fresh.ids["payment"]), "paid twice").id
    for payment in (fresh.ids["payment"], back):
        assert refused_rule(fresh.store, "receipt", payment) == "payment_reversed"


def test_grant_file_adds_up(whole: WholeFile) -> None:
    text = said(whole, "grant")
    at = text.index("Sums")
    assert "Left to pay 250.00 USD" in text[at:]


# -- the way home ------------------------------------------------------------------------------


def test_hand_over_sheet_tells_the_help_needed_and_not_why(whole: WholeFile) -> None:
    text = said(whole, "travel")
    for words in ("Fit to travel with help", "Medicines for the journey", "Kadiatou"):
        assert words in text, words
    assert "Hypertension" not in text


def test_appointment_card_does_not_say_what_it_is_for(whole: WholeFile) -> None:
    text = said(whole, "appointment_card")
    assert "Medical" not in text
    card = text[text.index("Day and time") :]
    assert "N'Diaye" not in card


# -- the whole file ----------------------------------------------------------------------------


def test_case_file_tells_everything_but_what_is_kept_back(whole: WholeFile) -> None:
    text = squeezed(read(paper(whole.store, "case_file", whole.case).pdf), " ")
    told = (
        "Kadiatou", "Réseau de compatriotes", "Combien de temps", "Alpha Barry", "Groupe A",
        "Machine à coudre", "Madina Tissus", "Nuits d’hôtel", BOOKING, "LP 00417", "Hypertension",
    )  # fmt: skip
    assert [word for word in told if word not in text] == []
    kept = ("père des enfants", "trois heures", "Rappeler le consulat")
    assert [word for word in kept if word in text] == []


def test_case_file_holds_nothing_of_another_case(fresh: WholeFile) -> None:
    with fresh.store.write(fresh.user) as db:
        other = Case(person=fresh.person, programme="FORAS", number="X-2", state="draft")
        db.add(other)
    text = read(paper(fresh.store, "case_file", other.id).pdf)
    assert "Kadiatou" in text
    assert [word for word in ("Madina Tissus", "LP 00417") if word in text] == []


def test_case_file_is_not_printed_without_consent_to_share(office: tuple[Store, UUID]) -> None:
    store, user = office
    _person, case, _number = add_person(store, user)
    assert refused_rule(store, "case_file", case) == "no_consent_to_share"
