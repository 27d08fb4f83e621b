"""Names in which pages of the manual say what an example must do."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mlpcli


class Checks:
    """What can be asked of an example that was run in the current folder."""

    def __init__(self, output: str, run: Callable[[str], str]) -> None:
        self.output, self._run = output, run
        """All that it wrote, on stdout and stderr; runs another command."""

    def holds(self, check: str) -> bool:
        """Whether an expression is true."""
        names = {name: getattr(self, name) for name in dir(self) if not name.startswith("_")}
        return bool(eval(check, names | {"approx": pytest.approx, "all": all, "any": any}))

    def shown(self, name: str, column: int = 0) -> float:
        """A number of the first line that begins with a name, by default the first behind it."""
        line = re.search(rf"^ *{re.escape(name)} +(.*)$", self.output, flags=re.MULTILINE)
        assert line is not None, f"no line begins with {name!r}"
        return float(re.findall(r"[-+]?[\d,.]*\d(?:e[-+]?\d+)?", line[1])[column].replace(",", ""))

    def says(self, *texts: str) -> bool:
        """Whether the output has all of these, wherever lines end."""
        output = " ".join(self.output.split())
        return all(text in output for text in texts)

    def printed(self) -> list[float]:
        """All numbers of the output."""
        return [float(each) for each in re.findall(r"-?\d+\.\d+", self.output)]

    def exists(self, *names: str) -> bool:
        return all(Path(name).stat().st_size > 0 for name in names)

    def absent(self, name: str) -> bool:
        return not Path(name).exists()

    def runs(self, name: str, key: str) -> int:
        """How many commands of a YAML file were run, all without an error; `pip install` is left out."""
        lines = re.findall(rf"^[ -]*{key}: (.*)$", Path(name).read_text(), flags=re.MULTILINE)
        commands = [line for line in lines if not line.startswith("pip install")]
        for command in commands:
            self._run(f"export GITHUB_STEP_SUMMARY=summary.md; {command}")
        return len(commands)

    def text(self, name: str) -> str:
        return Path(name).read_text()

    def table(self, name: str) -> pd.DataFrame:
        return pd.read_json(name, lines=True) if name.endswith(".jsonl") else pd.read_csv(name)

    def read(self, name: str) -> Any:
        """The JSON of a file."""
        return json.loads(Path(name).read_text())

    def score(self, model: str, data: str, metric: str = "accuracy") -> float:
        """A metric of a model on a table."""
        value = mlpcli.evaluate(model, data).metrics[metric]
        assert value is not None
        return value

    def stored(self, model: str) -> Any:
        """What a model file says of itself."""
        return mlpcli.load(model).artifact

    def epochs(self, model: str) -> int:
        """The epochs of the longest training among the networks of a model."""
        return max(len(history) for history in self.stored(model).history)

    def last_loss(self, model: str) -> float:
        """The validation loss of the last epoch."""
        return float(self.stored(model).history[-1]["validation_loss"])

    def weights(self, model: str) -> dict[str, Any]:
        """Arrays of a model by name."""
        from mlpcli.workflows.inspect import weights

        return dict(weights(model))

    def zeros(self, model: str, array: str = "") -> float:
        """The share of exact zeros among the weights of a model, or those whose name has a text."""
        values = np.concatenate(
            [value.ravel() for name, value in self.weights(model).items() if array in name]
        )
        return float((values == 0).mean())
