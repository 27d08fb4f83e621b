"""A model that was trained again by its receipt: whether it is the same, for people and as JSON fields."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mlpcli.errors import count
from mlpcli.headlines import HEADLINES
from mlpcli.number_text import same_precision, short
from mlpcli.render.console import Screen
from mlpcli.render.training_words import SHORT_DIGEST

if TYPE_CHECKING:
    from mlpcli.workflows.verification.rescoring import RescoredPart
    from mlpcli.workflows.verify import Verification

DIGEST = 64
"""Characters of a SHA-256 digest."""
NOT_STORED = "not stored"


def report(screen: Screen, verification: "Verification", path: str) -> None:
    """The answer, what differs, the digests, and both models' scores side by side."""
    screen.line(_answer(verification, path), "bold")
    for text in _reasons(verification):
        screen.item("-", text)
    conditions(screen, verification)
    digests(screen, verification)
    for part in verification.parts:
        _scores(screen, verification, part)


def _answer(verification: "Verification", path: str) -> str:
    if verification.same:
        return f"{path} is the same: training again gave the same bytes of weights"
    if verification.altered:
        return f"{path} was altered: its weights do not match its receipt"
    if verification.same_weights:
        return f"{path} was altered: its weights are the same, but not the rest"
    if verification.again is None:
        return f"{path} cannot be trained again"
    return f"{path} is not the same: training again gave other weights"


def _reasons(verification: "Verification") -> Iterator[str]:
    """What differs, and what that means."""
    if verification.why_not:
        yield verification.why_not
    if verification.repeated:
        yield verification.repeated
    yield from verification.notes
    yield from verification.columns
    if verification.contents:
        yield f"contents of the file that differ: {', '.join(verification.contents)}"
    for part in verification.forged:
        yield f"the scores of {part} rows in the file do not match its weights"
    different = {each.name for each in verification.different}
    if verification.other_order:
        order = "" if verification.columns else ", in another order, so that other rows are held out"
        yield f"the table has the same rows{order}"
    elif not verification.same_rows:
        yield "the rows of the table are others: what is read of them has another digest"
    elif verification.again is not None and not verification.same_weights and not different:
        yield "all that the receipt names is the same; the processor may be another, or the file was altered"
    if (largest := verification.largest_difference) and not verification.same_weights:
        yield f"the largest difference of two weights is {short(largest)}"


def conditions(screen: Screen, verification: "Verification") -> None:
    """The conditions that differ; with -v all."""
    shown = verification.conditions if screen.verbose else verification.different
    if shown:
        screen.line()
        rows = [
            [each.name, *_aligned(each.then, each.now), "" if each.same else _compared(each.same)]
            for each in shown
        ]
        screen.table(["condition", "at training", "here", ""], rows)
    alike = [each.name for each in verification.conditions if each.same]
    unknown = [each.name for each in verification.conditions if each.same is None]
    screen.line()
    if alike and not screen.verbose:
        screen.line(f"the same: {', '.join(alike)}", "dim")
    if unknown:
        screen.line(f"not in the receipt: {', '.join(unknown)}", "dim")


def _compared(same: bool | None) -> str:
    return "differs" if same is False else ""


def _aligned(then: str | None, now: str) -> tuple[str, str]:
    return NOT_STORED if then is None else _brief(then), _brief(now)


def _brief(text: str) -> str:
    """A digest by its first characters."""
    return text[:SHORT_DIGEST] if len(text) == DIGEST and text.isalnum() else text


def digests(screen: Screen, verification: "Verification") -> None:
    """The digests of the weights."""
    again, receipt = verification.again, verification.of_receipt
    lines = [("weights", f"{verification.weights[:SHORT_DIGEST]} (SHA-256)")]
    if verification.altered and receipt is not None:
        lines.append(("by the receipt", receipt[:SHORT_DIGEST]))
    if again is not None:
        lines.append(("trained again", again[:SHORT_DIGEST]))
    screen.pairs(lines)


def _scores(screen: Screen, verification: "Verification", part: "RescoredPart") -> None:
    """Some metrics of a part; with -v all."""
    known = list(part.again or part.model or part.in_file)
    names = known if screen.verbose else [each for each in _headlines(known) if each in known]
    columns = {"in the file": part.in_file, "this model": part.model, "trained again": part.again}
    if verification.same_weights:
        del columns["this model"]  # the same
    there = {name: values for name, values in columns.items() if values}
    if not there:
        return
    screen.line()
    rows = [[name, *same_precision(values.get(name) for values in there.values())] for name in names]
    of_rows = count(part.rows, f"{part.part} row")
    screen.table([f"on {of_rows}", *there], rows, numbers=range(1, len(there) + 1))
    if part.why_not:
        screen.line(f"  this model cannot be scored on them: {part.why_not}", "dim")
    elif verification.other_split and part.part != "train":
        screen.line("  this model may have learned from some of them: others were held out", "dim")


def _headlines(known: list[str]) -> list[str]:
    """The few metrics of the task whose metrics these are."""
    found = [names for names in HEADLINES.values() if set(names) <= set(known)]
    return list(found[0]) if found else known[:3]


def fields(verification: "Verification") -> dict[str, Any]:
    """The JSON fields of `inspect --verify`."""
    return {
        "same": verification.same,
        "same_weights": verification.same_weights,
        "weights": {
            "in_file": verification.weights,
            "by_receipt": verification.of_receipt,
            "trained_again": verification.again,
        },
        "largest_difference": verification.largest_difference,
        "conditions": [
            {"name": each.name, "then": each.then, "now": each.now, "same": each.same}
            for each in verification.conditions
        ],
        "columns": verification.columns,
        "other_order": verification.other_order,
        "altered": [
            *["weights"] * verification.altered,
            *verification.contents,
            *(f"scores of {part}" for part in verification.forged),
        ],
        "scores": [
            {
                "part": each.part,
                "rows": each.rows,
                "in_file": dict(each.in_file),
                "this_model": None if each.model is None else dict(each.model),
                "trained_again": None if each.again is None else dict(each.again),
            }
            for each in verification.parts
        ],
        "not_repeated": verification.why_not or None,
        "notes": [*[verification.repeated] * bool(verification.repeated), *verification.notes],
    }
