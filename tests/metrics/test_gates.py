"""Conditions and drops: what they mean, and which are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpcli.errors import SettingsError
from mlpcli.metrics import METRICS
from mlpcli.metrics.gaps import GAPS
from mlpcli.metrics.gates import BOUNDS, OPERATORS, Condition, Drop, check_for_task, split_conditions

KNOWN = [*METRICS, *GAPS]


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


@pytest.mark.parametrize(
    ("text", "parts", "shortest"),
    [
        ("recall[Yes] < 0.6", (None, "recall", "Yes", None), "recall[Yes] < 0.6"),
        ("recall [ no way ]<0.6", (None, "recall", "no way", None), "recall[no way] < 0.6"),
        ('recall["a ]"" b"] < 1', (None, "recall", 'a ]" b', None), 'recall["a ]"" b"] < 1'),
        ('recall["Yes"] < 1', (None, "recall", "Yes", None), "recall[Yes] < 1"),
        ('recall[""] < 1', (None, "recall", "", None), 'recall[""] < 1'),
        ("roc_auc by contract<0.7", (None, "roc_auc", None, "contract"), "roc_auc by contract < 0.7"),
        ("f1[a]by day of week >= 0", (None, "f1", "a", "day of week"), "f1[a] by day of week >= 0"),
        ('mae by "a < b" > 3', (None, "mae", None, "a < b"), 'mae by "a < b" > 3'),
        ("mae by by > 3", (None, "mae", None, "by"), "mae by by > 3"),
        ("lower(accuracy) < 0.8", ("lower", "accuracy", None, None), "lower(accuracy) < 0.8"),
        (" upper ( f1[a] ) by c > 1", ("upper", "f1", "a", "c"), "upper(f1[a]) by c > 1"),
        ("recall_gap by c > 0.1", (None, "recall_gap", None, "c"), "recall_gap by c > 0.1"),
    ],
)
def test_classes_slices_and_bounds(text: str, parts: tuple[str | None, ...], shortest: str) -> None:
    found = Condition.parse(text, KNOWN)
    assert (found.bound, found.metric, found.label, found.column) == parts
    assert found.text == shortest


@given(
    st.sampled_from([None, *BOUNDS]),
    st.sampled_from(list(METRICS)),
    *[st.none() | st.text(max_size=8) | st.text('a "[]<>,=()by', max_size=8)] * 2,
    st.sampled_from(list(OPERATORS)),
    st.floats(allow_nan=False, allow_infinity=False),
)
def test_what_is_printed_is_parsed_as_the_same(
    bound: str | None, metric: str, label: str | None, column: str | None, sign: str, limit: float
) -> None:
    def quoted(name: str) -> str:
        return '"' + name.replace('"', '""') + '"'

    whole = metric if label is None else f"{metric}[{quoted(label)}]"
    whole = whole if bound is None else f"{bound}({whole})"
    whole = whole if column is None else f"{whole} by {quoted(column)}"
    found = Condition.parse(f"{whole}{sign}{limit!r}")
    assert (found.bound, found.metric, found.label, found.column) == (bound, metric, label, column)
    assert (found.operator, found.limit) == (sign, limit)
    assert Condition.parse(found.text) == found
    assert split_conditions(f" {found.text}, f1 < 0,{found.text}") == (found.text, "f1 < 0", found.text)


@given(
    st.sampled_from(["", "lower(", " upper ( "]),
    st.sampled_from(["", "[a]", ' [ "a]" ]', '["a"]', "[ a b ]", "[a[]", '[a"b]', "[a,b]"]),
    st.sampled_from(["", " by a b", ' by  "<"', " by  c ", " by a=", " by by", " by a, b"]),
    st.sampled_from(["<5", " >= 5 ", " > -1e3"]),
)
def test_every_spelling_is_printed_in_one_form(opening: str, label: str, column: str, limit: str) -> None:
    found = Condition.parse(f"{opening}f1{label}{' )' if opening else ''}{column}{limit}")
    assert Condition.parse(found.text) == found
    assert split_conditions(found.text) == (found.text,)
    assert (found.bound is None, found.label is None, found.column is None) == (
        not opening,
        not label,
        not column,
    )
    with pytest.raises(SettingsError, match="is not METRIC"):
        Condition.parse(f"{opening}f1{label}{'' if opening else ' )'}{column}{limit}")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("psi > 0.2, ks > 0.9", ("psi > 0.2", "ks > 0.9")),
        ("recall[a, b] < 1,f1<0", ("recall[a, b] < 1", "f1<0")),
        ('mae by "a,""b]" > 3,, ', ('mae by "a,""b]" > 3',)),
        ('"f1[""a,b""] < 1", f1 < 2', ('f1["a,b"] < 1', "f1 < 2")),
        ('f1["a < 1, f1 < 2', ('f1["a < 1', "f1 < 2")),
        ("", ()),
    ],
)
def test_commas_separate_outside_of_brackets_and_quotes(text: str, words: tuple[str, ...]) -> None:
    assert split_conditions(text) == words


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("recall[] < 1", "is not METRIC"),
        ("recall[a < 1", "is not METRIC"),
        ('recall["a] < 1', "is not METRIC"),
        ('recall["a" b] < 1', "is not METRIC"),
        ("recall[a][b] < 1", "is not METRIC"),
        ("recall by < 1", "is not METRIC"),
        ("recall by a > b < 1", "is not METRIC"),
        ("recall by a > b<1", "'b<1' is not a number"),
        ("mean(recall) < 1", "is not METRIC"),
        ("lower(recall < 1", "is not METRIC"),
        ("lower recall < 1", "is not METRIC"),
        ("recall) < 1", "is not METRIC"),
        ("lower(upper(recall)) < 1", "is not METRIC"),
        ("recal[a] < 1", "there is no metric 'recal'"),
        ("recall_gap > 0.1", "recall_gap is a difference between slices"),
        ("recall_gap[a] by b > 0.1", "recall_gap is a difference between slices"),
        ("lower(recall_gap) by b > 0.1", "recall_gap is a difference between slices"),
    ],
)
def test_refused_forms(text: str, said: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        Condition.parse(text, KNOWN)
    assert said in refusal.value.message
    assert refusal.value.hint


@pytest.mark.parametrize("text", ["f1[a] < 1", "f1 by a < 1", "lower(f1) < 1"])
def test_where_only_whole_metrics_are_judged(text: str) -> None:
    with pytest.raises(SettingsError, match="cannot be judged: why") as refusal:
        Condition.parse(text, only_whole="why")
    assert "Write for example 'roc_auc < 0.85'" in refusal.value.hint


@pytest.mark.parametrize(
    ("text", "task", "said", "hint"),
    [
        ("recall[b] < 1", "binary", "", ""),
        ("roc_auc[b] < 1", "multiclass", "", ""),
        ("log_loss[b] < 1", "multilabel", "", ""),
        ("rmse[b] < 1", "regression", "", ""),
        ("recall_gap by x > 1", "multiclass", "", ""),
        ("recall[bb] < 1", "binary", "there is no class 'bb'", "Did you mean 'b'?"),
        ("recall[yess] < 1", "multilabel", "there is no label 'yess'", "Choose from: a, b."),
        ("rmse[c] < 1", "regression", "there is no target 'c'", "Choose from: a, b."),
        ("accuracy[b] < 1", "binary", "accuracy is not a metric of one class", "precision, recall, f1"),
        ("rmse[b] < 1", "multilabel", "rmse is not a metric of one label", "Choose from: accuracy"),
        ("recall[b] < 1", "regression", "recall is not a metric of one target", "Choose from: rmse"),
        ("rmse by x < 1", "binary", "rmse is not a metric of binary", "Choose from: accuracy"),
        ("recall_gap by x > 1", "regression", "recall_gap is not a metric of regression", "for classes"),
        ("selection_rate_gap by x > 1", "multiclass", "is not a metric of multiclass", "recall_gap"),
    ],
)
def test_conditions_of_a_task(text: str, task: str, said: str, hint: str) -> None:
    condition = Condition.parse(text, KNOWN)
    if not said:
        condition.check_task(task, ["a", "b"])
        return
    with pytest.raises(SettingsError) as refusal:
        condition.check_task(task, ["a", "b"])
    assert said in refusal.value.message
    assert hint in refusal.value.hint


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
