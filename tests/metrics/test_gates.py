"""Conditions and drops: what they mean, and which are refused."""

import pytest

from mlpcli.errors import SettingsError
from mlpcli.metrics import METRICS
from mlpcli.metrics.gates import OPERATORS, Condition, Drop, check_for_task


@pytest.mark.parametrize(
    ("text", "value", "holds"),
    [
        ("roc_auc < 0.85", 0.84, False),
        ("roc_auc < 0.85", 0.85, True),
        ("roc_auc<=0.85", 0.85, False),
        ("rmse > 3", 3.0, True),
        ("rmse > 3", 3.1, False),
        ("  rmse >= 3e0 ", 3.0, False),
        ("r2 < -1", 0.0, True),
    ],
)
def test_conditions(text: str, value: float, holds: bool) -> None:
    condition = Condition.parse(text)
    verdict = condition.verdict({condition.metric: value}, {})
    assert (verdict.holds, verdict.value, verdict.reason) == (holds, value, "")


def test_every_operator_is_read_as_written() -> None:
    for each in OPERATORS:
        condition = Condition.parse(f"f1{each}0.5")
        assert (condition.metric, condition.operator, condition.limit) == ("f1", each, 0.5)
        assert condition.text == f"f1 {each} 0.5"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("roc_auc = 0.85", "is not METRIC <|<=|>|>= NUMBER"),
        ("roc_auc", "is not METRIC"),
        ("", "is not METRIC"),
        ("< 3", "is not METRIC"),
        ("roc_auc < high", "'high' is not a number"),
        ("roc_auc < nan", "'nan' is not a number"),
        ("roc_auc < inf", "'inf' is not a number"),
        ("roc_acu < 0.8", "there is no metric 'roc_acu'"),
    ],
)
def test_refused(text: str, said: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        Condition.parse(text)
    assert said in refusal.value.message
    assert refusal.value.hint


def test_a_metric_that_cannot_be_had_does_not_hold() -> None:
    verdict = Condition.parse("roc_auc < 0").verdict({"roc_auc": None}, {"roc_auc": "it needs rows"})
    assert (verdict.holds, verdict.value, verdict.reason) == (False, None, "it needs rows")


@pytest.mark.parametrize("name", METRICS)
def test_a_drop_is_for_the_worse(name: str) -> None:
    better, worse = (0.75, 0.5) if METRICS[name].higher_is_better else (0.5, 0.75)
    assert not Drop(name, 0.2).verdict({name: worse}, {name: better}, {}).holds
    assert Drop(name, 0.25).verdict({name: worse}, {name: better}, {}).holds
    up = Drop(name, 0.0).verdict({name: better}, {name: worse}, {})
    assert (up.holds, up.value) == (True, -0.25)


def test_a_drop_that_is_more_by_rounding_only() -> None:
    assert 0.9 - 0.89 > 0.01
    assert Drop("accuracy", 0.01).verdict({"accuracy": 0.89}, {"accuracy": 0.9}, {}).holds
    assert not Drop("accuracy", 0.01).verdict({"accuracy": 0.89 - 1e-9}, {"accuracy": 0.9}, {}).holds
    assert not Drop("rmse", 0.0).verdict({"rmse": 2e-15}, {"rmse": 1e-15}, {}).holds


def test_a_drop_from_or_to_nothing_does_not_hold() -> None:
    assert Drop("f1", 0.1).verdict({"f1": None}, {"f1": 0.5}, {"f1": "why"}).reason == "why"
    verdict = Drop("f1", 0.1).verdict({"f1": 0.5}, {}, {})
    assert not verdict.holds
    assert verdict.reason == "there is no f1 to compare with"


def test_metrics_of_another_task() -> None:
    check_for_task("fail_if", "rmse", "regression")
    with pytest.raises(SettingsError, match="rmse is not a metric of binary"):
        check_for_task("fail_if", "rmse", "binary")
