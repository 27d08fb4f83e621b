"""Schedules: factors of the learning rate over the fraction of training done."""

import itertools
import math

import pytest

from mlpcli.nn.schedules import ALL_SCHEDULES, PLATEAU, SCHEDULES, Plateau, warmed_up

STEPS = 10_000
FRACTIONS = [number / STEPS for number in range(STEPS + 1)]
BINARY_FRACTIONS = [number / 64 for number in range(65)]  # exact, so that no rounding moves a jump

ROOT_HALF = math.sqrt(0.5)
EXPECTED: dict[str, dict[float, float]] = {
    "constant": {0: 1, 0.3: 1, 1: 1},
    "step": {0: 1, 0.4999: 1, 0.5: 0.1, 0.7499: 0.1, 0.75: 0.01, 1: 0.01},
    "exponential": {0: 1, 0.25: 10**-0.5, 0.5: 0.1, 0.75: 10**-1.5, 1: 0.01},
    "inverse-scaling": {0: 1, 3 / 99: 1 / 2, 8 / 99: 1 / 3, 24 / 99: 1 / 5, 1: 0.1},
    "cosine": {0: 1, 1 / 3: 0.75, 0.5: 0.5, 0.75: (1 - ROOT_HALF) / 2, 1: 0},
    "cosine-restarts": (
        {0: 1, 1 / 21: 0.75, 1 / 14: 0.5, 1 / 7 - 1e-9: 0}
        | {1 / 7: 1, 5 / 21: 0.75, 2 / 7: 0.5, 3 / 7 - 1e-9: 0}
        | {3 / 7: 1, 4 / 7: (1 + ROOT_HALF) / 2, 5 / 7: 0.5, 6 / 7: (1 - ROOT_HALF) / 2, 1: 0}
    ),
    "one-cycle": {0: 0.04, 1 / 12: 0.28, 0.125: 0.52, 0.25: 1, 0.5: 0.7500025, 0.625: 0.500005, 1: 1e-5},
    "flat-cosine": {0: 1, 0.25: 1, 0.5: 1, 2 / 3: 0.75, 0.75: 0.5, 1: 0},
    "coslog": (
        {0: 0, 1 / 15: 0, 3 / 15: 0, 7 / 15: 0, 1: 0}
        | {(2**peak - 1) / 15: 1 for peak in (0.5, 1.5, 2.5, 3.5)}  # done = .028, .122, .310, .688
        | {(2**halfway - 1) / 15: 0.5 for halfway in (0.25, 0.75, 2.25, 3.75)}
    ),
}
JUMPS: dict[str, list[float]] = {"step": [1 / 2, 3 / 4], "cosine-restarts": [1 / 7, 3 / 7]}
"""Where a schedule may leap; all others are continuous."""


def test_names_and_their_order() -> None:
    names = ["constant", "step", "exponential", "inverse-scaling", "cosine", "cosine-restarts"]
    names += ["one-cycle", "flat-cosine", "coslog"]
    assert list(SCHEDULES) == names
    assert list(ALL_SCHEDULES) == [*names, PLATEAU]
    assert set(EXPECTED) == set(SCHEDULES)


@pytest.mark.parametrize("name", SCHEDULES)
def test_hand_worked_values(name: str) -> None:
    for done, factor in EXPECTED[name].items():
        assert SCHEDULES[name](done) == pytest.approx(factor, rel=1e-12, abs=1e-14), done


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule_stays_between_zero_and_one_and_reaches_one(name: str) -> None:
    factors = [SCHEDULES[name](done) for done in FRACTIONS]
    assert min(factors) >= 0
    assert max(factors) <= 1
    # The peaks of coslog are irrational: the grid comes within 1e-6 of them in height.
    assert max(factors) >= (1 - 1e-6 if name == "coslog" else 1)


@pytest.mark.parametrize("name", SCHEDULES)
def test_schedules_leap_only_where_they_should(name: str) -> None:
    pairs = itertools.pairwise(FRACTIONS)
    leaps = [later for done, later in pairs if abs(SCHEDULES[name](later) - SCHEDULES[name](done)) > 0.01]
    assert leaps == [math.ceil(jump * STEPS) / STEPS for jump in JUMPS.get(name, [])]


@pytest.mark.parametrize("name", ["exponential", "inverse-scaling", "cosine"])
def test_decaying_schedules_fall_all_the_way(name: str) -> None:
    assert all(before > after for before, after in itertools.pairwise(map(SCHEDULES[name], FRACTIONS)))


def test_coslog_peaks_where_the_paper_has_them() -> None:
    factors = [SCHEDULES["coslog"](done) for done in FRACTIONS]
    peaks = [index for index in range(1, STEPS) if factors[index - 1] < factors[index] > factors[index + 1]]
    assert [round(FRACTIONS[index], 3) for index in peaks] == pytest.approx([0.028, 0.122, 0.31, 0.688])


def test_one_cycle_peaks_after_a_quarter() -> None:
    assert max(FRACTIONS, key=SCHEDULES["one-cycle"]) == 0.25


@pytest.mark.parametrize("warmup", [0.5, 0.75])
@pytest.mark.parametrize("name", SCHEDULES)
def test_warm_up_rises_linearly_to_the_whole_schedule(name: str, warmup: float) -> None:
    schedule = SCHEDULES[name]
    warmed = warmed_up(schedule, warmup)
    for fraction in BINARY_FRACTIONS:
        assert warmed(fraction * warmup) == fraction * schedule(0)
        assert warmed(warmup + fraction * (1 - warmup)) == schedule(fraction)


def test_warm_up_by_hand() -> None:
    warmed = warmed_up(SCHEDULES["cosine"], 0.2)
    assert [warmed(done) for done in (0, 0.05, 0.1, 0.2, 0.6, 1)] == pytest.approx([0, 0.25, 0.5, 1, 0.5, 0])
    warmed = warmed_up(SCHEDULES["one-cycle"], 0.2)
    assert [warmed(done) for done in (0, 0.1, 0.2, 0.4)] == pytest.approx([0, 0.02, 0.04, 1])


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("warmup", [0.01, 0.1, 1 / 3, 0.99])
def test_warmed_up_schedules_stay_between_zero_and_one(name: str, warmup: float) -> None:
    factors = [warmed_up(SCHEDULES[name], warmup)(done) for done in FRACTIONS]
    assert factors[0] == 0
    assert min(factors) >= 0
    assert max(factors) <= 1


@pytest.mark.parametrize("name", SCHEDULES)
def test_no_warm_up_is_the_schedule_itself(name: str) -> None:
    assert warmed_up(SCHEDULES[name], 0) is SCHEDULES[name]


@pytest.mark.parametrize("warmup", [-0.1, 1.0, math.nan])
def test_impossible_warm_ups(warmup: float) -> None:
    with pytest.raises(ValueError, match="warmup must be at least 0 and below 1"):
        warmed_up(SCHEDULES["constant"], warmup)


class Quick(Plateau):
    patience = 2
    reduction = 0.5


def factors_after(plateau: Plateau, *losses: float) -> list[float]:
    """The factor after each of the losses."""
    factors = []
    for loss in losses:
        plateau.update(loss)
        factors.append(plateau.factor)
    return factors


def test_plateau_step_by_step() -> None:
    plateau = Quick()
    assert plateau.factor == 1.0
    assert factors_after(plateau, 3, 2, 2.5, 1, 1) == [1, 1, 1, 1, 1]  # progress starts the waiting anew
    assert factors_after(plateau, 1) == [0.5]  # an equal loss is no progress
    assert factors_after(plateau, 2, 1.5) == [0.5, 0.25]  # the waiting starts anew, the best stays
    assert factors_after(plateau, 0.9, 1, 1) == [0.25, 0.25, 0.125]  # progress does not raise the factor
    assert plateau.state() == (0.125, 0.9, 0)


def test_plateau_defaults() -> None:
    factors = factors_after(Plateau(), *[1.0] * 11)
    assert factors == pytest.approx([1, 1, 1, 1, 1, 0.2, 0.2, 0.2, 0.2, 0.2, 0.04])


def test_plateau_takes_nan_for_no_progress() -> None:
    plateau = Quick()
    assert factors_after(plateau, math.nan, 1, math.nan, math.nan, 2, 0.5) == [1, 1, 1, 0.5, 0.5, 0.5]
    assert plateau.state() == (0.5, 0.5, 0)


@pytest.mark.parametrize("stop", range(10))
def test_plateau_resumes_where_it_stopped(stop: int) -> None:
    losses = [3, 2, 2, math.nan, 2, 1, 1, 1, 1, 0.5]
    whole, before, after = (Quick() for _ in range(3))
    factors = factors_after(before, *losses[:stop])
    after.restore(before.state())
    factors += factors_after(after, *losses[stop:])
    assert factors == factors_after(whole, *losses) == [1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25]
    assert after.state() == whole.state() == (0.25, 0.5, 0)
