"""Which dates may be answered with an age."""

from __future__ import annotations

import pytest

from app.errors import Refused
from app.models.fields import Field
from app.models.household import HouseholdMember
from app.models.persons import Person
from app.models.types import Context
from app.models.values import PartialDate
from tests.conftest import TODAY

AGE = "age:34/2026-11-22"


@pytest.mark.parametrize("field", [Person.fields["birth"], HouseholdMember.fields["birth"]])
def test_a_date_of_birth_may_be_an_age(field: Field) -> None:
    assert field.clean(AGE, Context(TODAY)) == PartialDate(AGE)


def test_no_other_date_may() -> None:
    with pytest.raises(Refused) as caught:
        Person.fields["arrived"].clean(AGE, Context(TODAY))
    assert caught.value.rule == "no_age_here"


def test_the_schema_of_a_date_tells_whether_an_age_is_taken() -> None:
    assert "age:" in Person.fields["birth"].type.schema()["pattern"]
    assert "age:" not in Person.fields["arrived"].type.schema()["pattern"]
