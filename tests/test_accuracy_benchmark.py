"""Scores, bootstrap and report of `tests/benchmarks/accuracy.py`, without a training."""

import gzip
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import log_loss, roc_auc_score

from tests.benchmarks import accuracy_report
from tests.benchmarks.accuracy import outputs_of, presets_in
from tests.benchmarks.accuracy_board import Board, Distance, geometric_mean
from tests.benchmarks.fixed_tables import (
    CLASSES,
    LABELS,
    NUMBERS,
    Problem,
    Truth,
    almost_unique,
    plain,
    sources,
)
from tests.benchmarks.kept_answers import Answers, StoredScores
from tests.benchmarks.peers import Answer, with_categories
from tests.benchmarks.scores import area, bounded_ratio, calibration_error, ratio_deviation, scores_of

DRAWS = np.random.default_rng(5)
NO_ROWS = np.empty(0)


def classes(count: int, rows: int) -> tuple[Truth, np.ndarray]:
    """With probabilities that have ties."""
    truth = np.r_[np.arange(count), DRAWS.integers(count, size=rows - count)]
    outputs = DRAWS.integers(1, 6, size=(rows, count)) + 3.0 * (truth[:, None] == np.arange(count))
    names = [str(number) for number in range(count)]
    return Truth(CLASSES, names, truth, truth), outputs / outputs.sum(axis=1, keepdims=True)


class TestScores:
    def test_two_classes(self) -> None:
        truth, outputs = classes(2, 60)
        scores = scores_of(truth, outputs)
        assert scores["error"] == pytest.approx(1 - roc_auc_score(truth.test, outputs[:, 1]))
        assert scores["log loss"] == pytest.approx(log_loss(truth.test, outputs))

    def test_more_classes(self) -> None:
        truth, outputs = classes(4, 60)
        wrong = (outputs.argmax(axis=1) != truth.test).sum()
        scores = scores_of(truth, outputs)
        assert scores["error"] == pytest.approx((wrong + 0.5) / 61)
        assert scores["accuracy"] == pytest.approx(1 - wrong / 60)
        assert scores["log loss"] == pytest.approx(log_loss(truth.test, outputs))

    def test_labels_without_one_that_never_occurs(self) -> None:
        test, outputs = DRAWS.integers(2, size=(40, 3)), DRAWS.uniform(0.01, 0.99, size=(40, 3))
        test[:, 2] = 0
        scores = scores_of(Truth(LABELS, [], test, test), outputs)
        assert scores["error"] == pytest.approx(1 - roc_auc_score(test[:, :2], outputs[:, :2]))
        losses = [log_loss(test[:, each], outputs[:, each], labels=[0, 1]) for each in range(3)]
        assert scores["log loss"] == pytest.approx(np.mean(losses))

    def test_one_number_and_several(self) -> None:
        test = np.array([[1.0, 10.0], [3.0, 30.0]])
        train = np.array([[2.0, 20.0]])  # the constant's errors are 1 and 10
        outputs = np.array([[2.0, 10.0], [4.0, 26.0]])
        one = Truth(NUMBERS, [], train[:, :1], test[:, :1])
        assert scores_of(one, outputs[:, :1]) == {"error": 1.0}
        several = scores_of(Truth(NUMBERS, [], train, test), outputs)
        assert several["error"] == pytest.approx((1 + np.sqrt(8) / 10) / 2)

    def test_calibration_by_hand(self) -> None:
        """Bins 0.6 to 0.667 and 0.867 to 0.933: 2 of 2 rows right at 0.62, 1 of 2 at 0.9."""
        up = np.array([0.62, 0.62, 0.9, 0.9])
        found = calibration_error(np.array([1, 1, 1, 0]), np.column_stack([1 - up, up]))
        assert found == pytest.approx((2 * 0.38 + 2 * 0.4) / 4)

    def test_weights_are_repeated_rows(self) -> None:
        truth, score = DRAWS.integers(2, size=30), DRAWS.integers(5, size=30).astype(float)
        weights = DRAWS.integers(4, size=30)
        repeated = roc_auc_score(np.repeat(truth, weights), np.repeat(score, weights))
        assert area(truth, score)(weights) == pytest.approx(repeated)

    def test_outputs_of_other_rows_are_refused(self) -> None:
        with pytest.raises(RuntimeError, match="3 outputs for 2 rows"):
            scores_of(Truth(NUMBERS, [], np.ones((2, 1)), np.ones((2, 1))), np.ones((3, 1)))

    def test_an_error_of_zero_does_not_decide_alone(self) -> None:
        found = bounded_ratio(np.array([0.0, 0.0, 3.0, 1.0]), np.array([0.0, 2.0, 0.0, 2.0]))
        assert found.tolist() == [1.0, 0.01, 100.0, 0.5]


class TestBootstrap:
    def test_wrong_rows_by_hand(self) -> None:
        """Of 400 rows one learner has 100 wrong, another 50 of these: the variance of the logarithm of the
        ratio of two shares p and q of nested events is (1/q - 1/p) / rows, about."""
        test = np.zeros(400, int)
        truth = Truth(CLASSES, ["a", "b", "c"], test, test)

        def outputs(wrong: int) -> np.ndarray:
            right = np.arange(400) >= wrong
            return np.column_stack([right, ~right, np.zeros(400)]).astype(float)

        found = ratio_deviation(truth, [outputs(100)], [outputs(50)])
        assert found == pytest.approx(np.sqrt((400 / 50 - 400 / 100) / 400), rel=0.1)
        assert ratio_deviation(truth, [outputs(50), outputs(50)], [outputs(50)]) == 0

    def test_beyond_needs_both(self) -> None:
        assert Distance(1.3, 0.1).beyond
        assert not Distance(1.3, 0.14).beyond
        assert not Distance(1.14, 0.01).beyond
        assert not Distance(1.3, None).beyond


class TestTables:
    def test_the_first_form(self, tmp_path: Path) -> None:
        (tmp_path / "t.csv").write_text("x,y\n1,a\n?,b\n3,\n4,a\n5,\n6,b\n")
        (tmp_path / "targets.json").write_text('{"t": ["y"]}')
        rows = gzip.compress(json.dumps({"t": [3, 4]}).encode())
        (tmp_path / "reference_test_rows.json.gz").write_bytes(rows)
        (source,) = sources(tmp_path)
        truth, (train, test), problem = source.truth(), source.cells(), source.problem()
        assert (truth.classes, truth.train.tolist(), truth.test.tolist()) == (["a", "b"], [0, 1, 1], [0])
        assert train["x"].tolist() == ["1", "?", "3", "6"]  # the tool leaves out the row without target
        assert test["x"].tolist() == ["4"]
        np.testing.assert_array_equal(problem.train["x"], [1, np.nan, 6])

    def test_the_second_form(self, tmp_path: Path) -> None:
        described = {"name": "t", "task": "regression", "targets": ["y"], "group": "g", "time": "d"}
        (tmp_path / "tables.json").write_text(json.dumps([described]))
        train = 'g,d,c,y\na,2020-01-02,"p\nq",1\na,2020-01-03,r,\nb,2020-01-04,r,3'
        (tmp_path / "t.train.csv.gz").write_bytes(gzip.compress(train.encode()))
        (tmp_path / "t.test.csv.gz").write_bytes(
            gzip.compress(b"g,d,c,y\nc,2020-01-05,r,4\nc,2020-01-05,r,\n")
        )
        (source,) = sources(tmp_path, ["t"])
        truth, (cells, asked), problem = source.truth(), source.cells(), source.problem()
        assert (truth.task, truth.train.tolist(), truth.test.tolist()) == (NUMBERS, [[1], [3]], [[4]])
        assert (len(cells), len(asked), source.group, source.time) == (3, 1, "g", "d")
        assert problem.train["d, days"].tolist() == [18263, 18265]
        assert problem.test["d, day of week"].tolist() == [6]
        assert not {"g", "c"} & set(problem.train)  # the group, and two of two cells distinct

    def test_almost_unique_text(self) -> None:
        assert almost_unique(pd.Series(["a", "b", "b", np.nan], dtype=object))
        assert not almost_unique(pd.Series(["a", "b", "b", "a"], dtype=object))
        assert not almost_unique(pd.Series([1.0, 2.0]))

    def test_many_levels_become_numbers(self) -> None:
        train, test = plain(pd.DataFrame({"c": ["b", "a", "c"]})), plain(pd.DataFrame({"c": ["c", "z"]}))
        problem = Problem(NUMBERS, 0, train, test, NO_ROWS)
        few, many = with_categories(problem, 3), with_categories(problem, 2)
        assert few[1]["column0"].tolist() == ["c", np.nan]
        assert many[0]["column0"].tolist() == [1, 0, 2]
        np.testing.assert_array_equal(many[1]["column0"], [2, np.nan])

    def test_outputs_are_in_the_order_of_the_classes(self) -> None:
        truth = Truth(CLASSES, ["a", "b", "c"], NO_ROWS, NO_ROWS)
        scored = pd.DataFrame({"probability_b": [0.3], "probability_a": [0.7]})
        assert outputs_of(scored, truth, ["y"]).tolist() == [[0.7, 0.3, 0.0]]
        with pytest.raises(RuntimeError, match="do not sum to 1"):
            outputs_of(scored[["probability_a"]], truth, ["y"])


class TestKept:
    def test_an_answer(self, tmp_path: Path) -> None:
        kept = Answers(tmp_path)
        assert kept.load("data", "t", "default", 0) is None
        kept.keep(Answer(np.array([[1.5]]), 2.0), "data", "t", "default", 0)
        found = kept.load("data", "t", "default", 0)
        assert found is not None
        assert (found.outputs.tolist(), found.seconds) == ([[1.5]], 2.0)
        assert kept.load("data2", "t", "default", 0) is None

    def test_stored_scores_belong_to_as_many_rows(self, tmp_path: Path) -> None:
        truth = Truth(NUMBERS, [], np.ones((3, 1)), np.ones((2, 1)))
        stored = StoredScores(tmp_path / "peers.json")
        stored.keep("t", truth, "mlp", {"error": 1.23456789, "seconds": 3})
        stored.keep("t", truth, "catboost", "not done in 100 s")
        stored.save()
        again = StoredScores(tmp_path / "peers.json")
        assert again.load("t", truth, "mlp") == {"error": 1.23457, "seconds": 3}
        assert again.load("t", truth, "catboost") == {"failure": "not done in 100 s"}
        assert again.load("t", truth._replace(test=np.ones((9, 1))), "mlp") is None


class TestReport:
    def board(self) -> Board:
        """Two tables: `default` has half of LightGBM's error, then twice the error."""
        board = Board(["default", "best"], ["lightgbm"], "@before")
        for table, factor in (("one", 0.5), ("two", 2.0)):
            board.add_table(table, Truth(NUMBERS, [], np.ones((5, 1)), np.zeros((50, 1))))
            spread = np.tile([[0.9], [1.1]], (25, 1))
            for learner, error in (("default", factor), ("best", 0.8 * factor), ("lightgbm", 1.0)):
                board.add(table, learner, Answer(spread * error, 4.0))
            board.add(table, "default@before", Answer(spread * factor / 0.9, 8.0))
        return board

    def test_means_and_wins(self) -> None:
        lines = accuracy_report.of_collection(self.board())
        cells = {line[:34].strip(): line[34:].split() for line in lines if " / " in line[:34]}
        assert cells["default / lightgbm"] == ["1.000", "1", "of", "2", "-", "0", "of", "0", "1.00"]
        assert cells["default / default@before"][:4] == ["0.900", "2", "of", "2"]
        assert cells["best / default"][:4] == ["0.800", "2", "of", "2"]
        assert "default, beyond: two" in lines

    def test_joined_tables_keep_their_results(self) -> None:
        joint = Board.joined({"a": self.board(), "b": self.board()})
        assert joint.tables == ["a/one", "a/two", "b/one", "b/two"]
        assert geometric_mean(joint.ratios("best", "lightgbm", "error").values()) == pytest.approx(0.8)

    def test_log_loss_rare_classes_and_calibration(self) -> None:
        board = Board(["default"], ["mlp", "trees"])
        labels = np.r_[np.zeros(97, int), np.ones(3, int)]
        truth = Truth(CLASSES, ["a", "b"], labels, np.tile(labels, 50))
        board.add_table("rare", truth)
        board.add("rare", "default", Answer(np.tile([0.97, 0.03], (5_000, 1)), 1.0))
        board.add_scores("rare", "mlp", {"error": 0.5, "log loss": 0.27})
        board.add_scores("rare", "trees", {"error": 0.5, "log loss": 0.1})
        text = "\n".join(accuracy_report.of_collection(board))
        assert board.truths["rare"].rarest == pytest.approx(0.03)
        assert board.ratios("default", "mlp", "log loss")["rare"] == pytest.approx(0.1347 / 0.27, rel=1e-3)
        assert "rare, rarest 3.0%" in text
        assert "default: log loss below every peer's on 0 of 1 tables" in text
        assert "on 1 of 1 tables of 5,000 test rows and more, at most 0.0000 (rare)" in text


def test_presets_with_a_number_of_seeds() -> None:
    assert presets_in("default,best:1") == [("default", None), ("best", 1)]
