"""When the next try is due, by a clock that is turned by hand."""

from __future__ import annotations

import pytest

from app.sync.rhythm import (
    AFTER_OPENING_S,
    AFTER_SAVING_S,
    AT_THE_LATEST_S,
    BACK_OFF_S,
    REGULARLY_S,
    Rhythm,
)


class Clock:
    """Turned by hand."""

    def __init__(self) -> None:
        self.at_s = 1000.0

    def __call__(self) -> float:
        return self.at_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rhythm(clock: Clock) -> Rhythm:
    return Rhythm(clock, chance=lambda: 0.5)


def wait_s(rhythm: Rhythm, clock: Clock) -> float | None:
    return None if rhythm.due_s is None else rhythm.due_s - clock.at_s


def test_nothing_is_due_before_the_store_is_opened(rhythm: Rhythm) -> None:
    assert rhythm.due_s is None


def test_a_store_just_opened_tries_soon(rhythm: Rhythm, clock: Clock) -> None:
    rhythm.opened()
    assert wait_s(rhythm, clock) == AFTER_OPENING_S


def test_a_save_is_followed_by_a_try_once_the_person_pauses(rhythm: Rhythm, clock: Clock) -> None:
    rhythm.succeeded()
    rhythm.saved()
    clock.at_s += 15
    rhythm.saved()
    assert wait_s(rhythm, clock) == AFTER_SAVING_S


def test_saves_without_a_pause_do_not_put_it_off_for_ever(rhythm: Rhythm, clock: Clock) -> None:
    rhythm.succeeded()
    begun = clock.at_s
    for _save in range(20):
        rhythm.saved()
        clock.at_s += 10
    assert rhythm.due_s == begun + AT_THE_LATEST_S


def test_without_saves_it_tries_regularly(rhythm: Rhythm, clock: Clock) -> None:
    rhythm.began()
    rhythm.succeeded()
    assert wait_s(rhythm, clock) == REGULARLY_S


def test_what_was_saved_while_it_ran_goes_soon_after(rhythm: Rhythm, clock: Clock) -> None:
    rhythm.began()
    rhythm.saved()
    rhythm.succeeded()
    assert wait_s(rhythm, clock) == AFTER_SAVING_S


def test_each_failure_waits_longer_up_to_an_hour(rhythm: Rhythm, clock: Clock) -> None:
    waits = []
    for _try in range(8):
        rhythm.began()
        rhythm.failed()
        waits.append(wait_s(rhythm, clock))
    assert waits == [60, 120, 300, 900, 1800, 3600, 3600, 3600]


def test_a_save_while_nobody_answers_brings_no_try_forward(rhythm: Rhythm, clock: Clock) -> None:
    rhythm.began()
    rhythm.failed()
    rhythm.saved()
    assert wait_s(rhythm, clock) == BACK_OFF_S[0]


def test_a_network_that_comes_back_is_tried_at_once(rhythm: Rhythm, clock: Clock) -> None:
    for _try in range(4):
        rhythm.failed()
    rhythm.network_came()
    assert wait_s(rhythm, clock) == 0
    rhythm.failed()
    assert wait_s(rhythm, clock) == BACK_OFF_S[0]


def test_a_success_forgets_the_failures(rhythm: Rhythm, clock: Clock) -> None:
    for _try in range(4):
        rhythm.failed()
    rhythm.succeeded()
    rhythm.failed()
    assert wait_s(rhythm, clock) == BACK_OFF_S[0]


def test_a_no_is_not_asked_again_until_a_person_does(rhythm: Rhythm) -> None:
    rhythm.refused()
    rhythm.saved()
    rhythm.opened()
    rhythm.network_came()
    assert rhythm.due_s is None
    rhythm.asked()
    rhythm.opened()
    assert rhythm.due_s is not None


def test_one_stopped_by_a_person_does_not_start_again_soon(rhythm: Rhythm, clock: Clock) -> None:
    rhythm.began()
    rhythm.saved()
    rhythm.left_off()
    assert wait_s(rhythm, clock) == REGULARLY_S


@pytest.mark.parametrize(("chance", "share"), [(0.0, 0.8), (1.0, 1.2)])
def test_an_office_does_not_ask_all_at_one_moment(
    clock: Clock, chance: float, share: float
) -> None:
    rhythm = Rhythm(clock, chance=lambda: chance)
    rhythm.succeeded()
    assert wait_s(rhythm, clock) == pytest.approx(REGULARLY_S * share)
