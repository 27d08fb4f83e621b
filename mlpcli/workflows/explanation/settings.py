"""Settings of an explanation."""

from dataclasses import dataclass

from mlpcli.settings import Settings, setting

LEVEL = 0.95
MOST_TOP = 50


@dataclass(frozen=True)
class ExplanationSettings(Settings):
    """What is explained, and how much of it is shown."""

    top: int = setting(
        4,
        "Number of columns whose curves are shown, the most important ones.",
        group="Explanation",
        at_least=1,
        at_most=MOST_TOP,
        common=True,
    )
    of_class: str | None = setting(
        None,
        "Class, label or target to explain. By default the positive class of two, the most frequently "
        "predicted one of several, the first label or target.",
        group="Explanation",
        flag="class",
        metavar="CLASS",
        common=True,
    )
    level: float = setting(LEVEL, "Level of confidence intervals.", group="Explanation", above=0, below=1)
    seed: int = setting(
        0, "Seed of drawing and shuffling rows.", group="Explanation", at_least=0, at_most=2**63 - 1
    )
