"""From the outputs of networks to predictions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mlpcli.workflows.exporting import description as told
from mlpcli.workflows.exporting.scorer.outputs import LARGEST_LOG
from mlpcli.workflows.exporting.sql.dialects import DUCKDB, Dialect, total
from mlpcli.workflows.exporting.sql.query import ROW, Query


@dataclass(frozen=True)
class Prediction:
    """A column of the result."""

    name: str
    text: str
    is_number: bool


def linked(query: Query, steps: told.ModelSteps, source: str, outputs: Sequence[str], number: int) -> str:
    """Add tables from a network's outputs to its predictions p1, p2, ...; returns the last one."""
    name, link = f"network_{number}", steps.link
    calibrated = [
        _calibrated(each, temperature, bias)
        for each, temperature, bias in zip(outputs, steps.temperatures, steps.biases, strict=True)
    ]
    places = range(1, len(outputs) + 1)
    o = [f"o{each}" for each in places]
    listed = [f"{text} AS {column}" for text, column in zip(calibrated, o, strict=True)]
    source = query.select(f"{name}_outputs", [ROW, *listed], source, f"Network {number}: outputs.")
    if link == told.SOFTMAX:
        dialect = query.dialect
        highest = f"{dialect.largest(o)} AS highest"
        source = query.select(
            f"{name}_highest", [ROW, *o, highest], source, "Softmax: probabilities that sum to 1."
        )
        powers = [f"exp({each} - highest) AS {each}" for each in o]
        source = query.select(f"{name}_powers", [ROW, *powers], source)
        source = query.select(f"{name}_sum", [ROW, *o, f"{total(o)} AS powers"], source)
        texts = [f"{each} / powers" for each in o]
    elif link == told.IN_ORDER:
        assert isinstance(steps.outcome, told.NumberOutcome)
        texts = _in_order(o, len(steps.outcome.levels), query.dialect)
    else:
        texts = [LINKS[link].format(each) for each in o]
    listed = [f"{text} AS p{each}" for text, each in zip(texts, places, strict=True)]
    said = f"Network {number}: {SAID[link]}."
    return query.select(f"{name}_predictions", [ROW, *listed], source, said)


LINKS = {
    told.IDENTITY: "{0}",
    told.SIGMOID: "0.5 * (1 + tanh(0.5 * {0}))",
    told.EXPONENTIAL: "exp({0})",
    told.STEP: "CASE WHEN {0} >= 0 THEN 1.0 ELSE 0.0 END",
}
SAID = {
    told.IDENTITY: "predictions in units of training",
    told.SIGMOID: "probabilities",
    told.SOFTMAX: "probabilities",
    told.EXPONENTIAL: "predicted counts",
    told.STEP: "1 for outputs from 0 on",
    told.IN_ORDER: "quantiles in ascending order",
}


def _calibrated(output: str, temperature: float, bias: float) -> str:
    text = output if temperature == 1.0 else f"{output} / {temperature!r}"
    return text if bias == 0.0 else f"{text} + ({bias!r})"


def _in_order(outputs: Sequence[str], levels: int, dialect: Dialect) -> list[str]:
    texts: list[str] = []
    for start in range(0, len(outputs), levels):
        own = outputs[start : start + levels]
        for place in range(levels):
            if dialect is DUCKDB:
                texts.append(f"list_sort([{', '.join(own)}])[{place + 1}]")
            else:
                values = " UNION ALL ".join(f"SELECT {each} AS o" for each in own)
                texts.append(f"(SELECT o FROM ({values}) ORDER BY o LIMIT 1 OFFSET {place})")
    return texts


def averaged(query: Query, steps: told.ModelSteps, sources: Sequence[str]) -> str:
    """Add the mean of the networks by their shares; returns the table of p1, p2, ..."""
    if len(sources) == 1:
        return sources[0]
    columns = [f"p{each}" for each in range(1, len(steps.biases) + 1)]
    each = [
        f"        SELECT {ROW}, {network.share!r} AS share, {', '.join(columns)} FROM {source}"
        for network, source in zip(steps.networks, sources, strict=True)
    ]
    all_of_them = "\n        UNION ALL\n".join(each)
    means = [f"sum(share * {column}) AS {column}" for column in columns]
    return query.select(
        "averages",
        [ROW, *means],
        f"(\n{all_of_them}\n    ) AS networks",
        f"The mean of {len(sources)} networks, each by its share.",
        f"GROUP BY {ROW}",
    )


def predictions(steps: told.ModelSteps, dialect: Dialect) -> list[Prediction]:
    """The columns of the result, as expressions of p1, p2, ..."""
    outcome = steps.outcome
    p = [f"p{each}" for each in range(1, len(steps.biases) + 1)]
    if isinstance(outcome, told.NumberOutcome):
        return _numbers(outcome, p, dialect)
    if isinstance(outcome, told.LabelOutcome):
        return _labels(outcome, p, dialect)
    if len(outcome.thresholds) == 1:
        cases = [(f"{p[0]} >= {outcome.thresholds[0]!r}", outcome.classes[1])]
        cases.append((f"{p[0]} IS NOT NULL", outcome.classes[0]))
        p = [f"1 - {p[0]}", p[0]]
    else:
        shares = [_share(*each) for each in zip(p, outcome.thresholds, strict=True)]
        # The first of equal ones.
        cases = [
            (f"{share} = {dialect.largest(shares)}", name)
            for share, name in zip(shares, outcome.classes, strict=True)
        ]
    whens = "\n            ".join(f"WHEN {case} THEN {dialect.literal(name)}" for case, name in cases)
    decided = Prediction("prediction", f"CASE\n            {whens}\n        END", False)
    return [decided, *_probabilities(outcome.classes, p)]


def _share(column: str, threshold: float) -> str:
    return column if threshold == 1.0 else f"{column} / {threshold!r}"


def _probabilities(names: Sequence[str], texts: Sequence[str]) -> list[Prediction]:
    return [Prediction(f"probability_{name}", text, True) for name, text in zip(names, texts, strict=True)]


def _labels(outcome: told.LabelOutcome, p: Sequence[str], dialect: Dialect) -> list[Prediction]:
    tests = [f"{each} >= {level!r}" for each, level in zip(p, outcome.thresholds, strict=True)]
    probabilities = _probabilities(outcome.labels, p)
    if not outcome.separator:
        found = [
            Prediction(f"prediction_{label}", f"CASE WHEN {test} THEN 1 ELSE 0 END", False)
            for label, test in zip(outcome.labels, tests, strict=True)
        ]
        return [*found, *probabilities]
    parts = [
        f"CASE WHEN {test} THEN {dialect.literal(outcome.separator + label)} ELSE '' END"
        for label, test in zip(outcome.labels, tests, strict=True)
    ]
    joined = "\n            || ".join(parts)
    text = f"substr({joined}, {len(outcome.separator) + 1})"
    return [Prediction("prediction", text, False), *probabilities]


def _numbers(outcome: told.NumberOutcome, p: Sequence[str], dialect: Dialect) -> list[Prediction]:
    levels = len(outcome.levels)
    names = outcome.names if len(outcome.names) > 1 else [""]
    ends = [f"_{name}" if name else "" for name in names]
    nearest = int(np.argmin(np.abs(np.array(outcome.levels) - 0.5))) if levels else 0
    step = levels or 1
    found = [
        Prediction(f"prediction{end}", _value(outcome, target, p[target * step + nearest], dialect), True)
        for target, end in enumerate(ends)
    ]
    for place, level in enumerate(outcome.levels):
        found += [
            Prediction(
                f"quantile_{level}{end}", _value(outcome, target, p[target * step + place], dialect), True
            )
            for target, end in enumerate(ends)
        ]
    return found


def _value(outcome: told.NumberOutcome, target: int, column: str, dialect: Dialect) -> str:
    mean, spread = outcome.means[target], outcome.spreads[target]
    text = column
    if (mean, spread) != (0.0, 1.0):
        text = f"{column} * {spread!r} + ({mean!r})"
    if outcome.is_log:
        text = f"exp({dialect.smallest([text, repr(LARGEST_LOG)])}) - 1"
    if outcome.limits:
        low, high = (float(each) for each in outcome.limits[target])
        if np.isfinite(high):
            text = dialect.smallest([text, repr(high)])
        if np.isfinite(low):
            text = dialect.largest([text, repr(low)])
    return text
