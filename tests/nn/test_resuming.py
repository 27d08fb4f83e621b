"""A run that was broken and resumed ends in the same bytes as one that was not."""

import copy
from typing import Any

import numpy as np
import pytest

from mlpcli.nn.fit_state import FitState
from mlpcli.nn.schedules import ALL_SCHEDULES
from mlpcli.nn.scratch import FloatArray
from tests.nn.examples import UPDATE_RULES
from tests.nn.runs import BATCHES, VALIDATION, Run, StopAfter, settings


def broken_and_resumed(after_batches: int, dropout: float = 0.2, **changes: Any) -> Run:
    """Stop after so many batches, then go on in a new net with other weights and generators."""
    first = Run(settings(**changes), dropout=dropout)
    first.fit(validation=VALIDATION, should_stop=StopAfter(after_batches))
    assert first.state.stop_reason == "interrupted"
    state = copy.deepcopy(first.state)
    second = Run(settings(**changes), seed=99, dropout=dropout, state=state, records=first.records)
    return second.fit(validation=VALIDATION)


def assert_same(resumed: Run, unbroken: Run) -> None:
    assert resumed.history() == unbroken.history()
    assert resumed.values.tobytes() == unbroken.values.tobytes()
    for name, generator in unbroken.generators.items():
        assert resumed.generators[name].bit_generator.state == generator.bit_generator.state
    for name, moment in unbroken.trainer.optimizer.moments().items():
        assert resumed.trainer.optimizer.moments()[name].tobytes() == moment.tobytes()
    assert resumed.trainer.optimizer.steps == unbroken.trainer.optimizer.steps
    assert fields_of(resumed.state) == fields_of(unbroken.state)


def fields_of(state: FitState) -> dict[str, Any]:
    fields = {name: value for name, value in vars(state).items() if name not in ("seconds", "moments")}
    return {
        name: value.tobytes() if isinstance(value, np.ndarray) else value for name, value in fields.items()
    }


@pytest.mark.parametrize("batches", [3 * BATCHES, 3 * BATCHES + 2], ids=["at the end", "in the middle"])
@pytest.mark.parametrize(
    ("optimizer", "schedule"),
    [*((each, "cosine") for each in UPDATE_RULES), *(("adam", each) for each in ALL_SCHEDULES)],
)
def test_resumed_equals_unbroken(optimizer: str, schedule: str, batches: int) -> None:
    changes: dict[str, Any] = {"optimizer": optimizer, "schedule": schedule}
    unbroken = Run(settings(**changes)).fit(validation=VALIDATION)
    assert len(unbroken.records) == 8
    assert_same(broken_and_resumed(batches, **changes), unbroken)


@pytest.mark.parametrize(
    "changes",
    [
        {"warmup": 0.5, "schedule": "cosine"},
        {"dropout_schedule": "cosine"},
        {"weight_decay": 0.1, "decay_schedule": "one-cycle", "l1": 1e-3, "clip_norm": 0.1},
    ],
    ids=str,
)
@pytest.mark.parametrize("batches", [3 * BATCHES, 3 * BATCHES + 2], ids=["at the end", "in the middle"])
def test_courses_go_on_where_they_were(changes: dict[str, Any], batches: int) -> None:
    assert_same(broken_and_resumed(batches, **changes), Run(settings(**changes)).fit(validation=VALIDATION))


@pytest.mark.parametrize("optimizer", UPDATE_RULES)
def test_l1_goes_on_where_it_was(optimizer: str) -> None:
    changes: dict[str, Any] = {"optimizer": optimizer, "schedule": "cosine", "l1": 0.05}
    unbroken = Run(settings(**changes)).fit(validation=VALIDATION)
    assert_same(broken_and_resumed(3 * BATCHES + 2, **changes), unbroken)


@pytest.mark.parametrize("iterations", [1, 5, 12, 19])
def test_l_bfgs_goes_on_with_its_pairs(iterations: int) -> None:
    """More iterations than it keeps pairs of; an epoch is one."""
    changes: dict[str, Any] = {"optimizer": "l-bfgs", "learning_rate": 1.0, "epochs": 20}
    unbroken = Run(settings(**changes), dropout=0.0).fit(validation=VALIDATION)
    assert len(unbroken.records) == 20
    assert_same(broken_and_resumed(iterations, dropout=0.0, **changes), unbroken)


def test_a_lowered_rate_stays_low() -> None:
    """Plateau's factor, best loss and waiting survive, wherever the run was broken."""
    changes: dict[str, Any] = {"schedule": "plateau", "learning_rate": 0.3, "epochs": 40, "l2": 0.0}
    unbroken = Run(settings(**changes)).fit(validation=VALIDATION)
    rates = [record.learning_rate for record in unbroken.records]
    lowered = next(epoch for epoch, rate in enumerate(rates) if rate < rates[0])
    assert unbroken.state.plateau is not None
    assert rates[-1] < 0.1 * rates[0]
    for epoch in (lowered - 2, lowered, lowered + 1):
        resumed = broken_and_resumed(epoch * BATCHES + 1, **changes)
        assert_same(resumed, unbroken)
        assert resumed.state.plateau == unbroken.state.plateau


def scored(run: Run, **options: Any) -> Run:
    """`fit` with a score that depends on the epoch alone; patience 2 runs out in the sixth."""
    scores = (5.0, 4.0, 4.5, 3.0, 3.5, 3.5, 1.0)

    def measure(outputs: FloatArray) -> dict[str, float]:
        return {"score": scores[run.state.epoch]}

    return run.fit(validation=VALIDATION, measure=measure, **options)


def test_resumed_with_patience_equals_unbroken() -> None:
    """Wherever it was broken, the epoch in which patience runs out included."""
    patient = settings(monitor="score", patience=2, epochs=7)
    unbroken = scored(Run(patient))
    assert unbroken.state.stop_reason == "patience"
    assert len(unbroken.records) == 6
    for epoch in range(1, 7):
        broken = scored(Run(patient), should_stop=StopAfter(epoch * BATCHES))
        assert len(broken.records) == epoch
        resumed = Run(patient, seed=99, state=copy.deepcopy(broken.state), records=broken.records)
        assert_same(scored(resumed), unbroken)


@pytest.mark.parametrize("changes", [{"epochs": 4}, {"learning_rate": 0.1, "patience": 1, "epochs": 100}])
def test_a_finished_run_has_nothing_to_add(changes: dict[str, Any]) -> None:
    finished = Run(settings(**changes)).fit(validation=VALIDATION)
    again = Run(settings(**changes), seed=99, state=copy.deepcopy(finished.state)).fit(validation=VALIDATION)
    assert again.records == []
    assert again.state.stop_reason == finished.state.stop_reason
    assert again.values.tobytes() == finished.values.tobytes()


def test_more_epochs() -> None:
    """A run of 5 epochs resumed to 8 equals one of 8, when the schedule does not look ahead."""
    five = Run(settings(epochs=5)).fit(validation=VALIDATION)
    resumed = Run(settings(), seed=99, state=copy.deepcopy(five.state), records=five.records)
    assert_same(resumed.fit(validation=VALIDATION), Run(settings()).fit(validation=VALIDATION))


def test_time_adds_up() -> None:
    run = Run(settings(epochs=3)).fit()
    state = copy.deepcopy(run.state)
    state.seconds = 1000.0
    resumed = Run(settings(epochs=4), state=state).fit()
    assert 1000.0 < resumed.records[0].seconds < 1060.0


def test_the_state_is_a_snapshot() -> None:
    """Later epochs do not change what an earlier state holds, once it was copied."""
    run = Run(settings())
    run.fit(validation=VALIDATION, should_stop=StopAfter(2 * BATCHES))
    kept = copy.deepcopy(run.state)
    assert kept.values is not None
    assert run.state.values is not None
    run.values[:] = 7.0
    for moment in run.trainer.optimizer.moments().values():
        moment[:] = 7.0
    assert run.state.values.tobytes() == kept.values.tobytes()
    for name, moment in run.state.moments.items():
        assert moment.tobytes() == kept.moments[name].tobytes()
