"""An earlier evaluation beside this one, and what cannot be compared."""

import json
from pathlib import Path

import pytest

import mlpcli
from mlpcli.errors import MlpcliError
from mlpcli.model.model import Model
from mlpcli.render.as_json import to_text
from mlpcli.render.evaluation.report import fields as fields_of
from mlpcli.version import __version__
from tests.workflows.evaluated import INPUTS, QUICK, saved, table


def test_compared_with_a_file(models: dict[str, Model], tmp_path: Path) -> None:
    path = tmp_path / "earlier.json"
    earlier = mlpcli.evaluate(models["yes"], table(100, seed=5))
    path.write_text(to_text("evaluate", fields_of(earlier)))
    found = mlpcli.evaluate(
        models["yes"], table(), compare=str(path), max_drop=(("roc_auc", 0.5), ("log_loss", 0.0))
    )
    compared = found.comparison
    assert compared is not None
    assert compared.kind == "file"
    assert compared.rows == 100
    assert compared.metrics == earlier.metrics
    assert compared.intervals is None
    assert compared.verdicts is None
    rise = (found.metrics["log_loss"] or 0) - (earlier.metrics["log_loss"] or 0)
    assert [gate.holds for gate in found.gates] == [True, rise <= 0]
    assert found.gates[1].value == pytest.approx(rise)


@pytest.mark.parametrize("version", ["0.1.0", "0.1.12", None])
def test_a_metric_of_an_older_definition_is_null_with_a_reason(
    version: str | None, models: dict[str, Model], tmp_path: Path
) -> None:
    path = tmp_path / "earlier.json"
    content = json.loads(to_text("evaluate", fields_of(mlpcli.evaluate(models["yes"], table()))))
    content["mlpcli"] = version
    path.write_text(json.dumps(content))
    compared = mlpcli.evaluate(models["yes"], table(), compare=str(path)).comparison
    assert compared is not None
    assert compared.metrics["ece"] is compared.difference["ece"] is None
    assert compared.reasons == {
        "ece": "mlpcli 0.2.0 changed its definition after the file was written; evaluate again"
    }
    assert compared.difference["log_loss"] == 0
    # Of several classes it is what it was.
    path.write_text(
        to_text("evaluate", fields_of(mlpcli.evaluate(models["class"], table()))).replace(
            __version__, "0.1.0"
        )
    )
    compared = mlpcli.evaluate(models["class"], table(), compare=str(path)).comparison
    assert compared is not None
    assert compared.difference["ece"] == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not valid JSON"),
        ("{}", "it is not JSON output of mlpcli evaluate"),
        ('{"command": "evaluate"}', "its metrics or rows are missing"),
        (
            '{"command": "evaluate", "rows": -3, "metrics": {}}',
            "metrics or rows are missing",
        ),
        ('{"command": "evaluate", "rows": 3, "metrics": {"f1": 1e999}}', "a number that is not finite"),
        ('{"command": "evaluate", "rows": 3, "metrics": {"f1": NaN}}', "a number that is not finite"),
        (
            f'{{"command": "evaluate", "rows": 3, "metrics": {{"f1": 1{"0" * 400}}}}}',
            "a number that is not finite",
        ),
        ('{"command": "evaluate", "rows": 3, "metrics": {"f1": "high"}}', "metrics or rows are missing"),
        ('{"command": "evaluate", "rows": 3, "metrics": {}, "task": "regression"}', "its task is regression"),
    ],
)
def test_files_that_cannot_be_compared(
    models: dict[str, Model], tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "earlier.json"
    path.write_text(text)
    with pytest.raises(MlpcliError) as refusal:
        mlpcli.evaluate(models["yes"], table(), compare=str(path))
    assert said in refusal.value.message
    assert refusal.value.hint


def test_models_that_cannot_be_compared(models: dict[str, Model], tmp_path: Path) -> None:
    other = saved(models["value"], tmp_path)
    with pytest.raises(MlpcliError, match="its task is regression, not binary"):
        mlpcli.evaluate(models["yes"], table(), compare=other)
    train = table(seed=1).rename(columns={"value": "price"})[[*INPUTS, "price"]]
    mlpcli.train(train, "price", output=str(tmp_path / "p"), **QUICK)
    with pytest.raises(MlpcliError, match="its target is price, not value"):
        mlpcli.evaluate(models["value"], table(), compare=str(tmp_path / "p"))
    with pytest.raises(MlpcliError, match="no such model file"):
        mlpcli.evaluate(models["value"], table(), compare=str(tmp_path / "none"))
