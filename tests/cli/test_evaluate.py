"""`mlpcli evaluate` at the shell: reports, JSON, exit codes, and what is refused."""

import json
import re
from pathlib import Path

import pytest

from mlpcli.number_text import short
from tests.cli.commands import Commands, sample, write

QUICK = ("--preset", "textbook", "--epochs", "5", "--hidden", "8", "-q")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Models: `m` of a number, `yes` of a class whose table has odd names, `strict` with a threshold."""
    path = tmp_path_factory.mktemp("models")
    lines = ["[/b],a|b,region,*class*,value"]
    lines += [
        f"{n % 7},{(n * 13) % 29},{'<i>' if n % 3 else 'x|y'},{'no' if n % 7 < 3 else 'yes'},{n % 7 * 2.5}"
        for n in range(120)
    ]
    table = write(path, "t.csv", lines)
    with pytest.MonkeyPatch.context() as patch:
        run = Commands(patch).ok
        run("train", table, "-t", "value", "--drop", "*class*", "-o", path / "m", *QUICK)
        run("train", table, "-t", "*class*", "--drop", "value", "-o", path / "yes", *QUICK)
        run("train", table, "-t", "*class*", "-o", path / "strict", "--threshold", "0.9", *QUICK)
    return path


def test_the_report(mlpcli: Commands, folder: Path) -> None:
    result = mlpcli.ok(
        *("evaluate", folder / "yes", folder / "t.csv", "--by", "region", "--bootstrap", "100"),
        *("--importance", "--compare", folder / "strict", "--fail-if", "accuracy < 0"),
    )
    headings = [line for line in result.out.splitlines() if line and not line.startswith(" ")]
    assert headings == [
        "Scores on 120 rows",
        "Classes",
        "Confusion (rows: true class, columns: predicted)",
        "By region",
        f"Compared with {folder / 'strict'}",
        "Importance",
        "Gates: all hold",
    ]
    assert f"note: {folder / 'strict'} was trained on these rows, so its scores are too good" in result.err
    assert re.search(r"metric +model +95 % interval +baseline\n", result.out)
    assert re.search(r"\n  accuracy +0\.\d{4} +0\.\d+ to \d\.\d+ +0\.\d{4}\n", result.out)
    assert "\n  [/b]" in result.out
    assert "█" in result.out
    assert not re.search(r"[│┃─━┌]|\x1b", result.out)


def test_the_report_of_numbers(mlpcli: Commands, folder: Path) -> None:
    out = mlpcli.ok("evaluate", folder / "m", folder / "t.csv", "--interval", "0.5").out
    assert "Coverage of the 50 % prediction intervals" in out
    assert "Residuals (true - predicted)" in out


def test_the_report_of_sets(mlpcli: Commands, folder: Path) -> None:
    evaluate = ("evaluate", folder / "yes", folder / "t.csv", "--interval", "0.8")
    out = mlpcli.ok(*evaluate).out
    assert re.search(
        r"\nCoverage of the 80 % sets of classes\n  true class +coverage +mean size\n"
        r"  no +[\d.]+ +[\d.]+\n  yes +[\d.]+ +[\d.]+\n  all rows +[\d.]+ +[\d.]+\n",
        out,
    )
    assert "About 80 % are promised of all rows together, not of each class." in out
    found = mlpcli.ok(*evaluate, "--json").json()
    assert found["coverage"] is None
    found = found["set_coverage"]
    assert list(found["per_class"]) == ["no", "yes"]
    each = [found["per_class"][name]["coverage"] for name in ("no", "yes")]
    assert min(each) <= found["coverage"] <= max(each)
    assert found["coverage_macro"] == pytest.approx(sum(each) / 2)
    # Of two classes a set holds one or both.
    assert found["mean_size"] == pytest.approx(2 - found["single"])
    shown = mlpcli.ok(*evaluate, "--format", "markdown").out
    assert "### Coverage of the 80 % sets of classes" in shown
    one_class = write(
        folder, "no.csv", [row for row in (folder / "t.csv").read_text().splitlines() if ",yes," not in row]
    )
    found = mlpcli.ok("evaluate", folder / "yes", one_class, "--interval", "0.8", "--json").json()
    assert found["set_coverage"]["per_class"]["yes"] == {"coverage": None, "mean_size": None}
    assert found["set_coverage"]["coverage_macro"] == found["set_coverage"]["coverage"]


def test_markdown(mlpcli: Commands, folder: Path) -> None:
    result = mlpcli(
        *("evaluate", folder / "yes", folder / "t.csv", "--format", "markdown", "--by", "region,a|b"),
        *("--fail-if", "accuracy > 0", "--importance"),
    )
    assert result.code == 3
    lines = result.out.splitlines()
    assert lines[0] == "### Gates: 1 of 1 failed"
    tables = [line for line in lines if line.startswith("|")]
    assert any(line.startswith("| FAILS | fail if accuracy \\> 0 |") for line in tables)
    assert any(line.startswith("| x\\|y |") for line in tables)
    assert any(line.startswith("| \\<i\\> |") for line in tables)
    assert any(line.startswith("| \\[/b\\] |") for line in tables)
    cells = [len(re.findall(r"(?<!\\)\|", line)) for line in tables]
    rule = [number for number, line in enumerate(tables) if re.fullmatch(r"(\| -+:? )+\|", line)]
    for start, stop in zip(rule, [*(number - 1 for number in rule[1:]), len(tables)], strict=True):
        assert set(cells[start - 1 : stop]) == {cells[start]}


def test_names_are_no_markup(mlpcli: Commands, folder: Path, tmp_path: Path) -> None:
    lines = ["_a_,&lt;,b_c,d__e,value"]
    lines += [f"{n % 7},{(n * 13) % 29},{n % 3},{n % 5},{n % 7 * 2.5}" for n in range(120)]
    table = write(tmp_path, "t.csv", lines)
    mlpcli.ok("train", table, "-t", "value", "-o", tmp_path / "m", *QUICK)
    out = mlpcli.ok("evaluate", tmp_path / "m", table, "--format", "markdown", "--importance").out
    for name in (r"\_a\_", r"\&lt;", "b_c", r"d\_\_e", "explained_variance"):
        assert f"\n| {name} |" in out


def test_json(mlpcli: Commands, folder: Path) -> None:
    result = mlpcli(
        *("evaluate", folder / "m", folder / "t.csv", "--json", "--by", "region", "--interval", "0.8"),
        *("--bootstrap", "100", "--fail-if", "rmse > 0", "--fail-if", "rmse<0, mae < 0"),
    )
    assert result.code == 3
    fields = json.loads(result.out)
    assert [(gate["gate"], gate["holds"]) for gate in fields["gates"]] == [
        ("rmse > 0", False),
        ("rmse < 0", True),
        ("mae < 0", True),
    ]
    assert "gate failed: rmse > 0: it is" in result.err
    assert set(fields["slices"]["region"]) == {"<i>", "x|y"}
    assert fields["intervals"]["rmse"][0] <= fields["metrics"]["rmse"] <= fields["intervals"]["rmse"][1]
    assert fields["coverage"]["level"] == 0.8
    assert fields["residuals"]["value"]["min"] < 0 < fields["residuals"]["value"]["max"]
    assert fields["confusion"] is fields["comparison"] is fields["importance"] is None


def test_gates_of_a_pipeline(mlpcli: Commands, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Yesterday's scores in a file, a limit in the environment, rows from a pipe."""
    rows = (folder / "t.csv").read_bytes()
    earlier = folder / "earlier.json"
    earlier.write_text(mlpcli.ok("evaluate", folder / "yes", folder / "t.csv", "--json").out)
    compare = ("evaluate", folder / "yes", "-", "--compare", earlier, "--max-drop", "roc_auc=0")
    result = mlpcli.ok(*compare, stdin=rows)
    assert "holds  fail if drop of roc_auc > 0  it is 0.0000" in result.out
    assert "Compared with a saved result of 120 rows." in result.out
    monkeypatch.setenv("MLPCLI_EVALUATE_FAIL_IF", "roc_auc < 2")
    assert mlpcli(*compare, stdin=rows).code == 3


def test_models_are_compared_on_rows_from_a_pipe(mlpcli: Commands, folder: Path) -> None:
    rows = (folder / "t.csv").read_bytes()
    compared = ("--compare", folder / "strict", "--bootstrap", "100", "--json")
    piped = mlpcli.ok("evaluate", folder / "yes", "-", *compared, stdin=rows).json()
    assert piped == mlpcli.ok("evaluate", folder / "yes", folder / "t.csv", *compared).json()
    assert piped["comparison"]["with"] == str(folder / "strict")
    alone = mlpcli.ok("evaluate", folder / "strict", folder / "t.csv", "--json").json()
    assert piped["comparison"]["metrics"] == alone["metrics"]
    assert alone["threshold"] == [0.9]


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--fail-if", "roc_auc"], 2, "is not METRIC"),
        (["--fail-if", "rmse < 3"], 2, "rmse is not a metric of binary"),
        (
            ["--fail-if", "recall[maybe] < 3"],
            2,
            "--fail-if: there is no class 'maybe'\nhint: Choose from: no, yes.",
        ),
        (["--fail-if", "f1 by regoin < 3"], 1, "there is no column 'regoin'\nhint: Did you mean 'region'?"),
        (["--fail-if", "lower(f1) < 3"], 2, "--fail-if: 'lower(f1) < 3' needs --bootstrap"),
        (["--fail-if", "recall_gap > 3"], 2, "--fail-if: recall_gap is a difference between slices"),
        (["--max-drop", "f1=0.1"], 2, "there is nothing to compare with"),
        (["--max-drop", "f1", "--compare", "x"], 2, "is not NAME=VALUE"),
        (["--bootstrap", "0"], 2, "--bootstrap: 0 is out of range"),
        (["--bootstrap", "10000000"], 2, "--bootstrap: 10000000 is out of range"),
        (["--level", "1"], 2, "--level: 1.0 is out of range"),
        (["--interval", "0.99"], 1, "--interval: 0.99: training held out too few rows for a level above 0."),
        (["--json", "--format", "markdown"], 2, "the report is JSON already"),
        (["--importance-metric", "f1"], 2, "needs --importance"),
        (["--compare", "none.joblib"], 1, "no such model file"),
        (["--compare", "none.json"], 1, "No such file"),
        (["--by", "nothing"], 1, "there is no column 'nothing'"),
    ],
)
def test_refused(mlpcli: Commands, folder: Path, options: list[str], code: int, said: str) -> None:
    assert said in mlpcli.error(code, "evaluate", folder / "yes", folder / "t.csv", *options)


def test_gates_on_slices_and_classes(mlpcli: Commands, folder: Path) -> None:
    evaluate = ("evaluate", folder / "yes", folder / "t.csv")
    conditions = (
        "--fail-if",
        "recall[no] by region < 2, recall_gap by region > 2",
        "--fail-if",
        "f1 by [/b] < 0",
    )
    result = mlpcli(*evaluate, *conditions)
    assert result.code == 3
    assert re.search(
        r"\n  FAILS  fail if recall\[no\] by region < 2 +it is [\d.]+ for '(<i>|x\|y)'\n", result.out
    )
    assert re.search(
        r"\n  holds  fail if recall_gap by region > 2 +it is [\d.]+ between '.+' and '.+'\n", result.out
    )
    assert (
        "it needs a slice with 30 rows that defines it (left out: 0, 1, 2, 3, 4, 5, 6: fewer than"
        in result.out
    )
    assert re.search(r"\n  recall_gap: [\d.]+, from [\d.]+ \(.+\) to [\d.]+ \(.+\)\n", result.out)
    assert "\n  left out of recall_gap: 0, 1, 2, 3, 4, 5, 6: fewer than 30 rows\n" in result.out
    shown = mlpcli(*evaluate, *conditions, "--format", "markdown").out
    assert re.search(r"\nrecall_gap: [\d.]+, from [\d.]+ \(.+\) to [\d.]+ \(.+\)\n", shown)
    result = mlpcli(*evaluate, *conditions, "--json")
    fields = json.loads(result.out)
    first, second, third = fields["gates"]
    assert first["slices"][0] in fields["slices"]["region"]
    assert second["value"] == fields["gaps"]["region"]["recall_gap"]["value"]
    assert second["slices"] == [fields["gaps"]["region"]["recall_gap"][end] for end in ("highest", "lowest")]
    assert (third["column"], third["slices"], len(third["left_out"])) == ("[/b]", [], 7)
    assert result.err.count("gate failed: ") == 2


def test_a_gate_on_a_metric_that_is_null(mlpcli: Commands, folder: Path) -> None:
    lines = (folder / "t.csv").read_text().splitlines()
    one_class = write(folder, "one.csv", [line for line in lines if ",no," not in line])
    result = mlpcli("evaluate", folder / "yes", one_class, "--fail-if", "roc_auc < 0.1")
    assert result.code == 3
    assert "FAILS  fail if roc_auc < 0.1  it needs rows inside and outside every class" in result.out


def test_predicted_intervals(mlpcli: Commands, folder: Path) -> None:
    predict = ("predict", folder / "m", folder / "t.csv", "--interval", "0.8", "--keep", "none")
    first, *rows = mlpcli.ok(*predict, "--prefix", "p_").out.splitlines()
    assert first == "p_prediction,p_value_low,p_value_high"
    for row in rows:
        middle, low, high = map(float, row.split(","))
        assert low <= middle <= high
    taken = write(folder, "taken.csv", ["[/b],a|b,region,value_low", "1,2,x|y,3"])
    said = mlpcli.error(1, "predict", folder / "m", taken, "--interval", "0.5")
    assert "already has a column 'value_low'" in said
    assert "--interval: 1.0" in mlpcli.error(2, *predict[:3], "--interval", "1")


def test_predicted_sets(mlpcli: Commands, folder: Path) -> None:
    predict = ("predict", folder / "yes", folder / "t.csv", "--interval", "0.9", "--keep", "none")
    out = mlpcli.ok(*predict, "--prefix", "p_").out
    first, *rows = out.splitlines()
    assert first == "p_prediction,p_prediction_set"
    assert {row.partition(",")[2] for row in rows} <= {"no", "yes", "no;yes", "yes;no"}
    # The threshold is 0.5: the prediction is the most probable class, which comes first.
    assert all(re.fullmatch(r"(\w+),\1(;\w+)?", row) for row in rows)
    assert mlpcli.ok(*predict, "--prefix", "p_", "--chunk-rows", "7").out == out
    table = (folder / "t.csv").read_bytes()
    assert mlpcli.ok(predict[0], predict[1], "-", *predict[3:], "--prefix", "p_", stdin=table).out == out
    lines = map(json.loads, mlpcli.ok(*predict, "--format", "jsonl", "--proba").out.splitlines())
    for row, line in zip(rows, lines, strict=True):
        assert list(line) == ["prediction", "prediction_set", "probability_no", "probability_yes"]
        assert f"{line['prediction']},{line['prediction_set']}" == row
    taken = write(folder, "taken.csv", ["[/b],a|b,region,prediction_set", "1,2,x|y,3"])
    said = mlpcli.error(1, "predict", folder / "yes", taken, "--interval", "0.5")
    assert "already has a column 'prediction_set'" in said


def test_a_chosen_threshold_is_said(mlpcli: Commands, tmp_path: Path) -> None:
    data = sample("heart_disease.csv")
    train = ("train", data, "-t", "diameter narrowing", "-o", tmp_path / "m", *QUICK[:-1])
    out = mlpcli.ok(*train, "--threshold", "cost:FP=1,FN=5").out
    assert re.search(r"threshold +0\.\d+ \(by cost:FP=1,FN=5\)", out)
    [threshold] = mlpcli.ok("inspect", tmp_path / "m", "--json").json()["target"]["thresholds"]
    assert f"Decision threshold: {short(threshold)}." in mlpcli.ok("evaluate", tmp_path / "m", data).out
