"""The rooms and their arrows: an import may point down, never up and never sideways."""

import ast
import functools
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import mlpcli

PACKAGE = Path(mlpcli.__file__).parent
COPIED = PACKAGE / "workflows" / "exporting" / "scorer"
"""Code that exports copy: a program of its own, which mlpcli never runs."""

LEVELS = [
    {"__main__"},
    {"cli"},
    {"render", "estimators"},
    {"workflows"},
    {"training"},
    {"preparation"},
    {"model"},
    {"options", "artifact"},
    {"data", "nn", "metrics"},
    {"result_text", "headlines"},
    {
        "files",
        "settings",
        "extras",
        "arrays",
        "json_values",
        "version",
        "number_text",
        "text_width",
        "progress",
    },
    {"errors", "unfinished"},
]
"""From the top down; rooms of one level do not import one another."""

PYTHON_API = "__init__"
"""The lazy door of the Python API."""

DOORS = {
    "click": {"cli"},
    "rich": {"render"},
    "matplotlib": {"render"},
    "jinja2": {"render"},
    "numba": {"nn"},
    "pandas": {"data", "workflows", "model", "training", "estimators"},
    "sklearn": {"estimators"},
    "onnx": {"workflows"},
    "joblib": {"artifact", "training"},
    "distributed": {"training"},
    "llvmlite": {"nn"},
    "threadpoolctl": {"nn", "options", "training"},
    "charset_normalizer": {"data"},
}
ANYWHERE = {"numpy"}
WITHOUT_PANDAS = ["data/schema.py", "data/__init__.py"]
"""Read by `inspect`, which must start fast."""

FILES = sorted(PACKAGE.rglob("*.py"))


@functools.cache
def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def level_of(room: str) -> int:
    return next(level for level, rooms in enumerate(LEVELS) if room in rooms)


@functools.cache
def nodes_of(path: Path) -> list[ast.AST]:
    """All nodes of a file, the module first."""
    return list(ast.walk(ast.parse(path.read_text())))


@functools.cache
def imports_of(path: Path) -> set[str]:
    """Dotted names of all imported modules, wherever in the file the import stands."""
    names = set()
    for node in nodes_of(path):
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


def test_arrows_point_down() -> None:
    """Except of the lazy door of the Python API."""
    assert not [
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path in FILES
        if room_of(path) != PYTHON_API
        for name in imports_of(path)
        if not points_down(room_of(path), name)
    ]


def points_down(room: str, name: str) -> bool:
    parts = name.split(".")
    if parts[0] != "mlpcli" or len(parts) == 1 or not is_room(parts[1]) or parts[1] == room:
        return True
    return level_of(parts[1]) > level_of(room)


def test_third_party_doors() -> None:
    assert not [
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path in FILES
        for name in imports_of(path)
        if not may_import(path, name.split(".")[0])
    ]


def may_import(path: Path, library: str) -> bool:
    if library in sys.stdlib_module_names or library == "mlpcli" or library in ANYWHERE:
        return True
    if library == "pandas" and str(path.relative_to(PACKAGE)) in WITHOUT_PANDAS:
        return False
    return room_of(path) in DOORS.get(library, set())


def is_room(name: str) -> bool:
    return any(name in rooms for rooms in LEVELS)


def test_a_wrong_arrow_would_be_found(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text("def f():\n    from mlpcli.cli.main import run\n    import rich.table as t\n")
    assert imports_of(wrong) == {"mlpcli.cli.main.run", "rich.table"}
    assert not points_down("nn", "mlpcli.cli.main.run")
    assert not points_down("data", "mlpcli.nn.network")
    assert points_down("cli", "mlpcli.nn.network")


@pytest.mark.parametrize(
    ("file", "library"),
    [("nn/a.py", "rich"), ("data/a.py", "requests"), ("data/schema.py", "pandas"), ("cli/a.py", "sklearn")],
)
def test_a_wrong_door_would_be_found(file: str, library: str) -> None:
    assert not may_import(PACKAGE / file, library)


def test_workflows_and_below_do_not_print_or_exit() -> None:
    loud = ("cli", "render", "__main__")
    quiet = [path for path in FILES if room_of(path) not in loud and path.parent != COPIED]
    assert not [f"{path}, line {line}" for path in quiet for line in lines_that_print(path)]


def lines_that_print(path: Path) -> Iterator[int]:
    for node in nodes_of(path):
        if isinstance(node, ast.Name) and node.id in ("print", "input", "exit"):
            yield node.lineno
        of_sys = isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "sys"
        if of_sys and getattr(node, "attr", "") in ("argv", "exit", "stdout", "stderr"):
            yield getattr(node, "lineno", 0)


REPORTS = {
    "predict": "predict",
    "evaluate": "evaluation.report",
    "inspect": "inspect",
    "compare": "compare",
    "export": "export",
    "report": "html_report.written",
}


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


def test_only_the_command_line_names_flags() -> None:
    """Errors, hints, notes and findings name settings as Python does; docstrings and comments may do both."""
    below = [path for path in FILES if room_of(path) not in ("cli", "__main__") and path.parent != COPIED]
    assert not [f"{path}, line {line}" for path in below for line in lines_with_flags(path)]


def lines_with_flags(path: Path) -> Iterator[int]:
    docstrings = {
        id(node.value)
        for node in nodes_of(path)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in nodes_of(path):
        if not isinstance(node, ast.Constant) or id(node) in docstrings:
            continue
        if isinstance(node.value, str) and TEXTS_OF_THE_COMMAND_LINE.search(node.value):
            yield node.lineno


def test_module_docstrings_are_phrases() -> None:
    for path in FILES:
        module = nodes_of(path)[0]
        assert isinstance(module, ast.Module)
        docstring = ast.get_docstring(module)
        assert docstring, f"{path} has no docstring"
        assert docstring.split(maxsplit=1)[0] not in ("What", "Of", "How"), f"{path}: {docstring}"


def test_no_call_has_many_positional_arguments() -> None:
    """Constructors, whose names begin with a capital, take the rest by keyword."""
    assert not [f"{path}, line {line}" for path in FILES for line in lines_with_many_positions(path)]


def lines_with_many_positions(path: Path) -> Iterator[int]:
    for node in nodes_of(path):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name.lstrip("_")[:1].isupper() and len(node.args) > 5:
                yield node.lineno


def test_lines_that_break_a_rule_would_be_found(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    lines = [
        "print(1)",
        "sys.exit(2)",
        "'--flag of a docstring'",
        "x = 'Give --flag.'",
        "A(1, 2, 3, 4, 5, 6)",
    ]
    wrong.write_text("\n".join([*lines, "a(1, 2, 3, 4, 5, 6)"]))
    assert list(lines_that_print(wrong)) == [1, 2]
    assert list(lines_with_flags(wrong)) == [4]
    assert list(lines_with_many_positions(wrong)) == [5]


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
    drawing = {
        "classes",
        "columns",
        "comparison",
        "explanation",
        "layers",
        "matrix",
        "panels",
        "rates",
        "report",
        "search",
        "setting_panels",
        "surfaces",
        "training",
        "tried",
        "values",
    }
    files = [path for path in FILES if room_of(path) == "render" and path.stem != "__init__"]
    shown = [
        path
        for path in files
        if path.parent.parent.name != "plots" and (path.parent.name != "plots" or path.stem not in drawing)
    ]
    names = [".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts) for path in shown]
    code = f"import sys, {', '.join(names)}\nassert not {{'pandas', 'matplotlib'}} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
