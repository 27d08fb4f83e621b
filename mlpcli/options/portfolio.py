"""The configurations that race for a table: settings that differ from those of the preset. `portfolio`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlpcli.data.schema import QUANTILE, ROBUST


@dataclass(frozen=True)
class Recipe:
    """Settings that differ from the preset's."""

    name: str
    reason: str
    """What it is, in a few words."""
    changes: Mapping[str, Any]


USUAL = Recipe("usual", "the preset's own settings", {})
RECIPES = (
    Recipe(
        "weak",
        "weakly regularized, numbers by quantiles",
        {"scaling": QUANTILE, "dropout": 0.05, "weight_decay": 0.01},
    ),
    Recipe("strong", "strongly regularized", {"dropout": 0.4, "weight_decay": 0.1}),
    Recipe("bins", "numbers in bins instead of waves", {"number_embedding": "ple", "scaling": ROBUST}),
    Recipe("plain", "numbers as they are", {"number_embedding": "none", "scaling": ROBUST}),
)
"""Those beside the usual one, in the order in which they are believed in before any has been tried.

Alone, and in the mean with the usual one: errors over those of the usual one, on a fifth of the training rows
of eighteen tables of two collections. weak 0.97 and 0.97, 0.92 and 0.92; strong 1.13 and 1.04, 0.96 and 0.97;
bins 1.14 and 0.96, 0.96 and 0.94; plain 1.00 and 0.97, 1.01 and 0.98. Weak and strong, twice as wide, were no
better.
"""
ORDINARY = "ordinary"
"""Where numbers look like pixels, and the usual configuration is for images: that of all other tables."""


def portfolio(preset: Mapping[str, Any], ordinary: Mapping[str, Any], count: int) -> list[Recipe]:
    """The first `count` recipes of which each trains other networks than those before it.

    `preset` are the values that stand where a recipe changes nothing, and `ordinary` those of a table that
    does not look like images; those that the user gave are part of neither, and no recipe changes them.
    """
    differs = _changed(preset, ordinary)
    wanted = [USUAL, Recipe(ORDINARY, "not as images", differs)]
    wanted += [Recipe(each.name, each.reason, {**differs, **each.changes}) for each in RECIPES]
    chosen: list[Recipe] = []
    for recipe in wanted:
        changes = _changed(preset, recipe.changes)
        if len(chosen) < count and not any(each.changes == changes for each in chosen):
            chosen.append(Recipe(recipe.name, recipe.reason, changes))
    return chosen


def _changed(preset: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in preset and preset[name] != value}
