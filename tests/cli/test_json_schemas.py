"""The JSON schemas: every command and every field is shown by one, wrong objects fail, `manual --schema`."""

import copy
import json
import shlex
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from jsonschema import Draft202012Validator

import mlpcli
from mlpcli.cli.commands import COMMANDS
from mlpcli.data.schema import KINDS, TASKS
from mlpcli.metrics import METRICS
from mlpcli.render.as_json import FORMAT
from mlpcli.render.json_schemas import SCHEMAS, SHARED, schema_of
from mlpcli.workflows.lessons.settings import LESSONS
from tests.cli.commands import Commands, sample, write
from tests.json_schemas import HEAD, mistakes, schema_name, schema_of_command, validator
from tests.manual.reference import METRIC

FOLDER = files("mlpcli") / "schemas"
QUICK = "--preset textbook --epochs 3 --hidden 4"
SEARCH = f"{QUICK} --folds 2 --workers 1"
LINES = [
    f"train mixed.csv -t class {QUICK} -o class.joblib",
    f"train mixed.csv -t class {QUICK} --seed 1 -o other.joblib --from class.joblib --diagnose",
    f"train mixed.csv -t class {QUICK} -o test.joblib --validation none --threshold 0.3 --test test.csv",
    f"train mixed.csv -t class {QUICK} -o all.joblib --validation none",
    f"train mixed.csv -t number --drop class {QUICK} -o number.joblib",
    f"train mixed.csv -t number,x {QUICK} -o two.joblib",
    f"train mixed.csv -t kind {QUICK} --drop class --ensemble 2 --folds 2 --cross x^2 -o kind.joblib",
    f"train mixed.csv -t flag,yes {QUICK} -o flags.joblib",
    "train mixed.csv -t class --epochs 2 -o raced.joblib",
    "train mixed.csv -t class --dry-run",
    "describe mixed.csv",
    "describe mixed.csv -t class",
    "describe mixed.csv -t number",
    "describe odd.txt",
    "describe odd.txt --against class.joblib",
    "describe shifted.csv --against class.joblib",
    "describe shifted.csv --against class.joblib --fail-if 'psi > 1000'",
    "describe mixed.csv --against number.joblib",
    "predict number.joblib shifted.csv -o scored.csv --explain 2",
    "evaluate class.joblib mixed.csv --bootstrap 100 --by place --importance --compare other.joblib "
    "--fail-if 'accuracy < 0' --fail-if 'recall_gap by place > 2' --interval 0.9",
    "evaluate class.joblib shifted.csv --compare evaluation.json",
    "evaluate number.joblib mixed.csv --interval 0.9 --bootstrap 100",
    "evaluate two.joblib mixed.csv",
    "evaluate flags.joblib mixed.csv",
    "evaluate kind.joblib mixed.csv --by x",
    f"cv mixed.csv -t class {SEARCH} --vs '--lr 0.1' --fail-if 'accuracy < 0'",
    f"cv mixed.csv -t number {SEARCH} --test 0.2",
    f"tune mixed.csv -t class {QUICK} --folds 2 --trials 3 --model tuned.joblib",
    "explain class.joblib shifted.csv",
    "explain number.joblib mixed.csv",
    "explain kind.joblib mixed.csv",
    "explain kind.joblib shifted.csv --surface x,place",
    "explain class.joblib --surface day,x --units",
    f"lr-find mixed.csv -t class {QUICK} --steps 20 --sweeps 1",
    "inspect class.joblib",
    "inspect kind.joblib",
    "inspect raced.joblib",
    "inspect number.joblib",
    "inspect python.joblib",
    "inspect class.joblib --verify mixed.csv",
    "inspect class.joblib --verify shifted.csv",
    "inspect class.joblib --verify odd.txt",
    "inspect --diff class.joblib other.joblib",
    "inspect --diff class.joblib number.joblib",
    "compare class.joblib other.joblib evaluation.json",
    "report class.joblib test.csv -o report.html",
    "report class.joblib -o without.html",
    "export class.joblib -o scorer.py",
    "export class.joblib -o scorer.onnx",
    "lessons",
    *(f"lessons {name}" for name in LESSONS),
    "manual",
    "manual scoring",
    "manual dvc repro",
]
"""Without --json; evaluation.json is what the first `evaluate` writes."""


def written_by_all(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the commands write, all of them checked by `Commands`."""
    found = []
    monkeypatch.chdir(folder)
    write(folder, "mixed.csv", _rows(0))
    write(folder, "test.csv", _rows(1)[:60])
    shifted = [each.replace("Ulm", "Rom") for each in _rows(400)]
    last = shifted[-1].replace(shifted[-1].split(",")[0], "many", 1)
    write(folder, "shifted.csv", [*shifted[:-1], last])
    write(folder, "odd.txt", [f"{each};new".replace(",", ";") for each in _rows(0)])
    birds = pd.read_csv(sample("penguins.csv"))
    mlpcli.train(birds, "species", preset="textbook", epochs=2, hidden=[4], output="python.joblib")
    for line in LINES:
        result = Commands(monkeypatch)(*shlex.split(line), "--json")
        assert result.out, (line, result.err)
        if line.startswith("evaluate") and not Path("evaluation.json").exists():
            Path("evaluation.json").write_text(result.out)
        found.append(result.json())
    return found


def _rows(shift: int) -> list[str]:
    lines = ["x,day,place,class,number,kind,flag,yes,constant,told"]
    for row in range(120):
        x, place = (row * 37 % 97) / 10 + shift, ["Ulm", "Bonn", "Kiel"][row * 7 % 3]
        cells = ["" if row % 40 == 39 else f"{x:.1f}", f"2024-{row % 12 + 1:02}-{row % 27 + 1:02}", place]
        cells += ["ab"[row * 5 % 7 > 3], f"{x * 3 + row % 11:.1f}", ["one", "two", "three"][row * 11 % 3]]
        lines.append(",".join([*cells, str(row % 2), str(row % 3 // 2), "1", f"t{row * 13 % 31}"]))
    return lines


def test_objects_of_all_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One test, so that the commands run once, whichever process it comes to."""
    documents = written_by_all(tmp_path, monkeypatch)
    assert {schema_name(each) for each in documents} == set(SCHEMAS)
    assert {schema_of_command(name) for name in SCHEMAS} == set(COMMANDS)
    for name in SCHEMAS:
        right = next(each for each in documents if schema_name(each) == name)
        check_fields(name, documents)
        check_wrong_objects(name, right)
        check_wrong_parts(name, right)


NEVER_SHOWN = {
    ("inspect-verify", "not_repeated"): "needs a model that was stopped",
    ("inspect-verify", "notes"): "needs a time limit",
    ("explain-surface", "notes"): "needs values that are far out",
    ("describe", "told"): "needs a category of many levels that predict the target",
}
"""Fields that are null or empty in all documents of this walk; tests of their commands show them."""


def check_fields(name: str, documents: list[dict[str, Any]]) -> None:
    """Every field of a schema is shown."""
    ours = [each for each in documents if schema_name(each) == name]
    for each in ours:
        assert set(each) == set(schema_of(name)["properties"])
    empty = {field for field in ours[0] if all(each[field] in (None, [], {}) for each in ours)}
    assert empty == {field for place, field in NEVER_SHOWN if place == name}


def check_wrong_objects(name: str, right: dict[str, Any]) -> None:
    """What lacks a field, has another or one of another kind fails."""
    assert mistakes(right) == []
    accepts = validator(name).is_valid
    for field in right:
        assert not accepts({other: value for other, value in right.items() if other != field}), field
        assert not accepts(right | {field: object()}), field
    assert not accepts(right | {"another": 1})
    assert not accepts(right | {"format": FORMAT + 1})


def check_wrong_parts(name: str, right: dict[str, Any]) -> None:
    """A list and a number at every place of the first two levels fail."""
    lost = []
    for path in _places(right, 2):
        for wrong in WRONG:
            changed = copy.deepcopy(right)
            part = changed
            for step in path[:-1]:
                part = part[step]
            part[path[-1]] = wrong
            lost += [path] if validator(name).is_valid(changed) else []
    assert [path for path in lost if path[0] not in FREE] == []


WRONG: tuple[Any, ...] = ([[[[]]]], {"": {"": [{}]}})
"""Values that no field has."""
FREE = ("target",)
"""The field of `inspect` that holds what a target says of itself."""


def _places(part: Any, depth: int) -> Iterator[list[Any]]:
    if not depth:
        return
    steps = part if isinstance(part, dict) else range(len(part))[:2] if isinstance(part, list) else ()
    for step in steps:
        yield [step]
        yield from ([step, *rest] for rest in _places(part[step], depth - 1))


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_one(name: str) -> None:
    schema = schema_of(name)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:mlpcli:schema:{FORMAT}:{name}"
    assert schema["title"].startswith("mlpcli ")
    assert [field for field, each in schema["properties"].items() if not each.get("description")] == []
    assert [field for field in HEAD if field not in schema["required"]] == []
    assert f"{SHARED}.json" not in json.dumps(schema)
    used = json.dumps(schema)
    assert [each for each in schema.get("$defs", {}) if f'"#/$defs/{each}"' not in used] == []


def test_the_files_are_those_of_the_list() -> None:
    names = {each.name for each in FOLDER.iterdir()}
    assert names == {f"{name}.json" for name in (*SCHEMAS, SHARED)}


def test_lists_are_those_of_the_program() -> None:
    shared = json.loads((FOLDER / f"{SHARED}.json").read_text())["$defs"]
    assert shared["metric"]["enum"] == list(METRICS) == list(METRIC)
    assert shared["kind"]["enum"] == list(KINDS)
    assert shared["task"]["enum"] == list(TASKS)
    used = "".join((FOLDER / f"{name}.json").read_text() for name in (*SCHEMAS, SHARED))
    assert [each for each in shared if f'"{SHARED}.json#/$defs/{each}"' not in used] == []


@pytest.mark.parametrize("name", ["inspect-verify", "inspect --verify", "INSPECT verify"])
def test_a_schema_is_written(mlpcli: Commands, name: str) -> None:
    result = mlpcli.ok("manual", "--schema", name)
    assert result.json() == schema_of("inspect-verify")
    assert result.err == ""


def test_what_is_refused(mlpcli: Commands) -> None:
    assert "'inspect-verify'" in mlpcli.error(2, "manual", "--schema", "inspect-verifi")
    assert "Choose from: describe, " in mlpcli.error(2, "manual", "--schema", "zzz")
    assert "Leave out the words" in mlpcli.error(2, "manual", "--schema", "train", "scoring")
    assert "Leave out the words" in mlpcli.error(2, "manual", "--schema", "train", "--search", "scoring")
    assert "Leave out --json" in mlpcli.error(2, "manual", "--schema", "train", "--json")
