"""A table with columns of several kinds, and settings with which a training takes a moment."""

from typing import Any

import numpy as np
import pandas as pd

CHEAP: dict[str, Any] = {
    "preset": "textbook",
    "hidden": "16",
    "epochs": 20,
    "learning_rate": 0.03,
    "batch_size": 32,
    "engine": "numpy",
}


def table(rows: int = 240, seed: int = 0) -> pd.DataFrame:
    """Inputs: numbers, some missing, categories, dates, truth values."""
    generator = np.random.default_rng(seed)
    frame = pd.DataFrame({"size": generator.standard_normal(rows), "age": generator.uniform(1, 9, rows)})
    frame["colour"] = generator.choice(["red", "green", "blue"], rows)
    frame["grade"] = pd.Categorical(generator.integers(1, 4, rows))
    frame["day"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(generator.integers(0, 300, rows), "D")
    frame["new"] = generator.random(rows) < 0.5
    frame.loc[::17, "age"] = np.nan
    return frame


def classes_of(frame: pd.DataFrame) -> "pd.Series[Any]":
    """Three classes that follow from two columns."""
    wide = np.where(frame["size"] > 0.4, "large", "small")
    return pd.Series(np.where(frame["colour"] == "red", "red", wide), index=frame.index, name="sort")


def numbers_of(frame: pd.DataFrame) -> "pd.Series[float]":
    return (2.0 * frame["size"] + (frame["colour"] == "red")).rename("price")
