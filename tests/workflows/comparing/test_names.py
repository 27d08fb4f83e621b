"""Short names of files: as short as they can be, and each another one."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpcli.workflows.comparing.names import short_names


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["o/sgd.joblib", "o/adam.joblib"], ["sgd", "adam"]),
        (["o/sgd.joblib", "o/adam.csv"], ["sgd.joblib", "adam.csv"]),
        (["runs/1/model.joblib", "runs/2/model.joblib"], ["1/model", "2/model"]),
        (["a/x/m.csv", "b/x/m.csv", "c.csv"], ["a/x/m", "b/x/m", "c"]),
        (["m.csv", "old/m.csv"], ["m", "old/m"]),
        (["/m.csv", "/a/m.csv"], ["/m", "a/m"]),
        (["../m.csv", "./m.csv"], ["../m", "m"]),
        (["one", "two"], ["one", "two"]),
        (["v1.2.csv", "v1.3.csv"], ["v1.2", "v1.3"]),
    ],
)
def test_names(paths: Sequence[str], names: Sequence[str]) -> None:
    assert short_names(paths) == names


FOLDER = st.sampled_from(["a", "b", "m"])
PATH = st.builds("/".join, st.lists(FOLDER, min_size=1, max_size=4)).map(lambda path: f"{path}.csv")


@given(st.lists(PATH, min_size=2, max_size=6, unique=True))
def test_different_paths_have_different_names(paths: list[str]) -> None:
    names = short_names(paths)
    assert len(set(names)) == len(names)
    assert all(path.removesuffix(".csv").endswith(name) for path, name in zip(paths, names, strict=True))
