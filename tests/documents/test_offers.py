"""Papers are offered for the records of a file, by section."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.casework.files import filed_of
from app.documents.offers import Offer, papers_for
from app.models.cases import Case
from app.models.filing import FILE_SECTIONS
from app.models.screenings import Screening
from app.models.sessions import CounsellingSession

from .whole_file import WholeFile


@pytest.fixture
def offered(whole: WholeFile) -> dict[str, list[Offer]]:
    with whole.store.read() as db:
        filed = [record for kind in filed_of(db, whole.person).values() for record in kind]
        sessions = db.scalars(select(CounsellingSession)).all()
        return papers_for([db.get_one(Case, whole.case), *sessions, *filed])


def test_each_kind_is_offered_its_own_paper_in_its_section(
    offered: dict[str, list[Offer]],
) -> None:
    assert set(offered) <= set(FILE_SECTIONS)
    names = {section: {offer.document for offer in offers} for section, offers in offered.items()}
    assert {"session", "declaration", "referral", "record.file_share"} == names["counselling"]
    assert {"grant", "plan", "receipt"} <= names["plan"]
    assert names["cases"] == {"case_file"}
    assert "certificate" in names["training"]


def test_kind_without_a_paper_of_its_own_is_offered_the_general_one(
    offered: dict[str, list[Offer]], whole: WholeFile
) -> None:
    general = [one.document for one in offered["intake"] if one.record == whole.ids["screening"]]
    assert general == ["record.screening"]
    every = [offer.document for offers in offered.values() for offer in offers]
    assert "record.declaration" not in every


def test_what_stands_under_another_record_is_printed_with_it(
    offered: dict[str, list[Offer]], whole: WholeFile
) -> None:
    every = {offer.record for offers in offered.values() for offer in offers}
    assert whole.ids["factor"] not in every
    assert whole.ids["payment"] in every  # it has a paper of its own


def test_record_that_no_longer_counts_is_not_offered(whole: WholeFile) -> None:
    screening = Screening(case=whole.case, screening_kind="rapid", voided="entered twice")
    assert papers_for([screening]) == {}
