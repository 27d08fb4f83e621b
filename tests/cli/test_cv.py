"""`mlpcli cv` at the shell: the report, JSON, rows with predictions, exit codes, and what is refused."""

import json
import re
import statistics
from pathlib import Path

import pytest

from tests.cli.commands import Commands, sample, write

QUICK = ("--preset", "textbook", "--epochs", "3", "--hidden", "4", "--folds", "2", "--workers", "1")


def test_the_report(mlpcli: Commands) -> None:
    out = mlpcli.ok("cv", sample("penguins.csv"), "-t", "species", *QUICK).out
    assert re.search(r"  data    \S*penguins.csv, 344 rows\n", out)
    assert "  folds   2 x 2 folds, with the same share of each class\n" in out
    assert re.search(r"metric +cross-validated +baseline\n  accuracy +0\.\d{4} ± 0\.\d{4} +0\.\d{4}\n", out)
    assert re.search(r"trained  4 times in \d", out)
    assert "best epoch" not in out
    whole = mlpcli.ok("cv", sample("penguins.csv"), "-t", "species", "-v", *QUICK).out
    assert re.search(r"\n +2 +1 +172 +172 +0\.\d{4} ", whole)
    assert "balanced_accuracy" in whole


def test_other_options_and_gates(mlpcli: Commands) -> None:
    result = mlpcli(
        *("cv", sample("penguins.csv"), "-t", "species", *QUICK),
        *("--vs", "--lr 1e-9 --activation tanh", "--fail-if", "accuracy < 2", "--format", "markdown"),
    )
    assert result.code == 3
    assert result.out.startswith("### Gates: 1 of 1 failed\n")
    assert "| metric | first | second | difference | 95 % interval | second is |" in result.out
    assert "Second: also --lr 1e-9 --activation tanh." in result.out.replace("\\", "")


def test_json(mlpcli: Commands) -> None:
    out = mlpcli.ok("cv", sample("penguins.csv"), "-t", "species", "--json", "--vs", "--seed 4", *QUICK).out
    fields = json.loads(out)
    assert (fields["command"], fields["rows"], fields["repeats"], fields["folds_by"]) == (
        "cv",
        344,
        2,
        "classes",
    )
    accuracies = [run["metrics"]["accuracy"] for run in fields["runs"]]
    assert len(accuracies) == 4
    assert fields["metrics"]["accuracy"] == pytest.approx(sum(accuracies) / 4)
    assert fields["deviations"]["accuracy"] == pytest.approx(statistics.stdev(accuracies))
    assert fields["settings"]["epochs"] == 3
    assert fields["versus"]["options"] == "--seed 4"
    assert set(fields["versus"]["differences"]["accuracy"]) == {
        *("mean", "low", "high", "p_value", "is_clear", "is_better")
    }


def test_results_can_be_compared(mlpcli: Commands, tmp_path: Path) -> None:
    for rate in ("0.1", "0.0001"):
        out = mlpcli.ok("cv", sample("penguins.csv"), "-t", "species", "--lr", rate, "--json", *QUICK).out
        (tmp_path / f"{rate}.json").write_text(out)
    out = mlpcli.ok("compare", tmp_path / "0.1.json", tmp_path / "0.0001.json").out
    assert "Scores on 344 rows, out-of-fold" in out
    assert re.search(r"0.0001 +0\.\d{4}", out)
    assert "--lr" in out


def test_rows_with_predictions(mlpcli: Commands, tmp_path: Path) -> None:
    """In the order of the input, with its cells; a row without target has a prediction as well."""
    lines = [f"{n}.50,{'a,b' if n % 2 else 'c'},{'' if n == 3 else n % 3}" for n in range(40)]
    table = write(tmp_path, "t.csv", ["x,name,y", *(line.replace("a,b", '"a,b"') for line in lines)])
    scored = tmp_path / "scored.csv"
    arguments = ("cv", table, "-t", "y", "--task", "regression", "--predictions", scored, *QUICK)
    mlpcli.ok(*arguments)
    written = scored.read_text().splitlines()
    assert written[0] == "x,name,y,prediction"
    assert [line.rpartition(",")[0] for line in written[1:]] == table.read_text().splitlines()[1:]
    assert all(float(line.rpartition(",")[2]) for line in written[1:])
    again = mlpcli(*arguments)
    assert (again.code, scored.read_text().splitlines()) == (1, written)
    assert "exists" in again.err


def test_rows_that_are_no_data_have_no_prediction(mlpcli: Commands, tmp_path: Path) -> None:
    """As no training sees them; and a name that two dropped columns have does not matter."""
    lines = [f"{n * 7 % 40}.5,{n},{n},{n % 5}" for n in range(40)]
    table = write(tmp_path, "t.csv", ["x,twice,twice,y", *lines, "Total,,,80"])
    scored = tmp_path / "scored.csv"
    mlpcli.ok(
        *("cv", table, "-t", "y", "--task", "regression", "--drop", "twice", "--predictions", scored),
        *QUICK,
    )
    assert len(scored.read_text().splitlines()) == 41


def test_a_metric_of_some_folds_says_of_how_many(mlpcli: Commands, tmp_path: Path) -> None:
    table = write(tmp_path, "t.csv", ["x,y", *(f"{n * 7 % 60}.5,{'ab'[n < 3]}" for n in range(60))])
    out = mlpcli.ok("cv", table, "-t", "y", *QUICK, "--folds", "5").out
    assert re.search(r"\n  roc_auc: 6 of 10 folds \(.+\)\n", out)


def test_rows_that_no_run_scores_have_no_prediction(mlpcli: Commands, tmp_path: Path) -> None:
    table = write(tmp_path, "t.csv", ["x,y,when", *(f"{n},{n % 5},{2000 + n // 10}" for n in range(40))])
    scored = tmp_path / "scored.csv"
    quick = (*QUICK, "--validation", "none")
    mlpcli.ok(
        *("cv", table, "-t", "y", "--task", "regression"), "--time", "when", "--predictions", scored, *quick
    )
    predictions = [line.split(",")[-1] for line in scored.read_text().splitlines()[1:]]
    assert predictions[:10] == [""] * 10
    assert all(predictions[20:])


def test_stdin(mlpcli: Commands, tmp_path: Path) -> None:
    """In other processes, too: as from the file, and messages name it."""
    table = sample("penguins.csv")
    of_file = mlpcli.ok("cv", table, "-t", "species", "--json", *QUICK).json()
    arguments = ("-t", "species", "--predictions", tmp_path / "rows.csv", *QUICK, "--workers", "2")
    result = mlpcli.ok("cv", "-", "--json", *arguments, stdin=table.read_bytes())
    assert result.json()["metrics"] == of_file["metrics"]
    assert len((tmp_path / "rows.csv").read_text().splitlines()) == 345
    told = mlpcli("cv", "-", "-t", "spezies", *QUICK, stdin=table.read_bytes())
    assert (told.code, "stdin: there is no column 'spezies'" in told.err) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--vs", "--hiden 3"), "error: in --vs: there is no option '--hiden'\nhint: Did you mean --hidden?"),
        (("--vs", "other.csv"), "error: --vs: 'other.csv' is not an option"),
        (("--vs", "--hidden '3"), "error: --vs: No closing quotation"),
        (("--vs", "-t island"), "error: --vs cannot change --target"),
        (("--vs", "--skip-rows 3"), "error: --vs cannot change --skip-rows"),
        (("--vs", "--from m.joblib"), "error: --vs: --from has no place here"),
        (("--vs", "--config x.toml"), "error: --vs: --config has no place here"),
        (("--vs", ""), "error: --vs: it is empty"),
        (("--validation", "rows.csv"), "error: --validation cannot be a file"),
        (("--test", "rows.csv"), "error: --test cannot be a file"),
        (("--fail-if", "rmse < 1"), "error: --fail-if: rmse is not a metric of multiclass"),
        (
            ("--fail-if", "recall[Adelie] < 1"),
            "error: --fail-if: 'recall[Adelie] < 1' cannot be judged: a cross-",
        ),
        (
            ("--fail-if", "accuracy by island < 1"),
            "error: --fail-if: 'accuracy by island < 1' cannot be judged",
        ),
        (("--fail-if", "lower(accuracy) < 1"), "error: --fail-if: 'lower(accuracy) < 1' cannot be judged"),
        (("--fold-column", "island", "--group", "year"), "error: --fold-column has rows of one --group in"),
        (("--fold-column", "island", "--time", "year"), "error: --fold-column and --time cannot be combined"),
        (("--workers", "some"), "error: --workers: 'some' is not a number of workers"),
        (
            ("--predictions", "rows.xls"),
            "error: --predictions: rows.xls: files ending in .xls",
        ),
        (("--from", "model.joblib"), "error: there is no option '--from'"),
    ],
)
def test_refused(arguments: tuple[str, ...], said: str, mlpcli: Commands) -> None:
    result = mlpcli("cv", sample("penguins.csv"), "-t", "species", *arguments)
    assert result.code != 0
    assert result.err.startswith(said)
    assert result.out == ""
