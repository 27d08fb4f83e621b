"""Headers of files that are given together."""

import pytest

from mlpcli.data.reading.column_names import check_same_header
from mlpcli.errors import DataError


def test_files_given_together_need_the_same_header() -> None:
    check_same_header(["a", "b"], ["a", "b"], "2.csv", "1.csv")
    with pytest.raises(DataError, match=r"2\.csv: the column 'wieght' is not in 1\.csv") as raised:
        check_same_header(["wieght"], ["height", "weight"], "2.csv", "1.csv")
    assert "'weight'" in raised.value.hint
    for other in (["b", "a"], ["a"]):
        with pytest.raises(DataError, match=r"2\.csv does not have the columns of 1\.csv"):
            check_same_header(other, ["a", "b"], "2.csv", "1.csv")
