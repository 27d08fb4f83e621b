"""Findings about categories of many values."""

import numpy as np
import pandas as pd
import pytest

from mlpcli.preparation.finding import POOLED, Finding
from tests.workflows.examples import prepared


def pooled(frame: pd.DataFrame, max_categories: int) -> list[Finding]:
    return [
        each
        for each in prepared(frame, target="y", max_categories=max_categories).findings
        if each.kind == POOLED
    ]


@pytest.fixture
def shops() -> pd.DataFrame:
    numbers = np.repeat(np.arange(40), 5)
    return pd.DataFrame({"shop": [f"shop {each}" for each in numbers], "y": numbers % 7 + 0.5})


def test_values_that_are_not_kept_are_named_with_the_option(shops: pd.DataFrame) -> None:
    (found,) = pooled(shops, max_categories=10)
    assert found.columns == ("shop",)
    assert found.text == (
        "column 'shop': only its 10 most frequent values are kept of 40; 75 % of its cells become \"other\""
    )
    assert found.advice == "max_categories 40 keeps all"
    assert not pooled(shops, max_categories=40)


def test_a_few_cells_are_no_news(shops: pd.DataFrame) -> None:
    assert not pooled(shops, max_categories=33)
    assert pooled(shops, max_categories=31)
