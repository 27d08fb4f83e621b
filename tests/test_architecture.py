"""The rooms and their arrows: an import may point down, never up and never sideways."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "mlpcli"

LEVELS = [
    {"__main__"},
    {"cli"},
    {"render"},
    {"workflows"},
    {"training"},
    {"preparation"},
    {"model"},
    {"options", "artifact"},
    {"data", "nn", "metrics"},
    {"files", "settings", "extras", "arrays", "json_values", "version"},
    {"errors", "unfinished"},
]
"""From the top down; rooms of one level do not import one another."""

PYTHON_API = "__init__"
"""The lazy door of the Python API."""

DOORS = {
    "click": {"cli"},
    "rich": {"render"},
    "plotille": {"render"},
    "matplotlib": {"render"},
    "pandas": {"data", "workflows", "model", "training"},
    "joblib": {"artifact", "training"},
    "threadpoolctl": {"options", "training"},
    "charset_normalizer": {"data"},
}
ANYWHERE = {"numpy"}
WITHOUT_PANDAS = ["data/schema.py", "data/__init__.py"]
"""Read by `inspect`, which must start fast."""

FILES = sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def level_of(room: str) -> int:
    return next(level for level, rooms in enumerate(LEVELS) if room in rooms)


def imports_of(path: Path) -> set[str]:
    """Dotted names of all imported modules, wherever in the file the import stands."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            assert node.module is not None
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def test_every_room_is_listed() -> None:
    rooms = {room_of(path) for path in FILES} - {PYTHON_API}
    assert rooms == set().union(*LEVELS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_arrows_point_down(path: Path) -> None:
    room = room_of(path)
    if room == PYTHON_API:
        return  # the lazy door of the Python API
    for name in imports_of(path):
        parts = name.split(".")
        if parts[0] != "mlpcli" or len(parts) == 1 or not is_room(parts[1]) or parts[1] == room:
            continue
        assert level_of(parts[1]) > level_of(room), f"{room} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_third_party_doors(path: Path) -> None:
    for name in imports_of(path):
        library = name.split(".")[0]
        if library in sys.stdlib_module_names or library == "mlpcli" or library in ANYWHERE:
            continue
        assert library in DOORS, f"{library} is no dependency"
        assert room_of(path) in DOORS[library], f"{library} may be imported only in {DOORS[library]}"
        assert library != "pandas" or str(path.relative_to(PACKAGE)) not in WITHOUT_PANDAS


def is_room(name: str) -> bool:
    return any(name in rooms for rooms in LEVELS)


def test_a_wrong_arrow_would_be_found(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text("def f():\n    from mlpcli.cli.main import run\n    import rich.table as t\n")
    assert imports_of(wrong) == {"mlpcli.cli.main.run", "rich.table"}
    assert level_of("nn") > level_of("cli")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_workflows_and_below_do_not_print_or_exit(path: Path) -> None:
    if room_of(path) in ("cli", "render", "__main__"):
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Name):
            assert node.id not in ("print", "input", "exit"), f"{node.id} in {path}"
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "sys":
            assert node.attr not in ("argv", "exit", "stdout", "stderr"), f"sys.{node.attr} in {path}"


REPORTS = {"predict": "predict", "evaluate": "evaluation.report", "inspect": "inspect"}


@pytest.mark.parametrize("command", REPORTS)
def test_a_command_that_does_not_train_loads_no_training(command: str) -> None:
    """Neither the command nor its workflow nor its report; in a process of its own."""
    names = f"mlpcli.cli.{command}, mlpcli.workflows.{command}, mlpcli.render.{REPORTS[command]}"
    loaded = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import sys, {names}; print(*sys.modules)",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert f"mlpcli.workflows.{command}" in loaded
    assert not [name for name in loaded if name.startswith(("mlpcli.training", "mlpcli.preparation"))]
    if command == "inspect":  # which reads a header alone
        assert not {"pandas", "mlpcli.nn", "mlpcli.metrics", "mlpcli.data.columns"} & set(loaded)


TEXTS_OF_THE_COMMAND_LINE = re.compile(r"(?<![\w-])--[a-z]")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_the_command_line_names_flags(path: Path) -> None:
    """Errors, hints, notes and findings name settings as Python does; docstrings and comments may do both."""
    if room_of(path) in ("cli", "__main__"):
        return
    tree = ast.parse(path.read_text())
    docstrings = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            assert not TEXTS_OF_THE_COMMAND_LINE.search(node.value), f"{path}, line {node.lineno}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_module_docstrings_are_phrases(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text())) or ""
    assert docstring.split(maxsplit=1)[0] not in ("What", "Of", "How"), docstring


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_call_has_many_positional_arguments(path: Path) -> None:
    """Constructors, whose names begin with a capital, take the rest by keyword."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name.lstrip("_")[:1].isupper():
                assert len(node.args) <= 5, f"{path}, line {node.lineno}: {name}"


def test_no_room_has_a_circle() -> None:
    """Modules of one room may import one another, but not in a circle, wherever the import stands."""
    names = [".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts) for path in FILES]
    modules = dict(zip([name.removesuffix(".__init__") for name in names], FILES, strict=True))
    imported = {}
    for name, path in modules.items():
        targets = {each if each in modules else each.rpartition(".")[0] for each in imports_of(path)}
        room = {other for other in modules if room_of(modules[other]) == room_of(path)} - {name}
        imported[name] = targets & room
    while leaves := [name for name, targets in imported.items() if not targets]:
        imported = {name: targets.difference(leaves) for name, targets in imported.items() if targets}
    assert not imported


def test_render_loads_pandas_and_matplotlib_only_to_draw() -> None:
    drawing = {"classes", "columns", "layers", "matrix", "panels", "rates", "training", "values"}
    files = [path for path in FILES if room_of(path) == "render" and path.stem != "__init__"]
    shown = [path for path in files if path.parent.name != "plots" or path.stem not in drawing]
    names = [".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts) for path in shown]
    code = f"import sys, {', '.join(names)}\nassert not {{'pandas', 'matplotlib'}} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
