"""Texts of a report: names that may be long or odd, and what each metric means."""

from mlpcli.text_width import printable

LONGEST = 48
"""Characters of a name."""

MEANINGS = {
    "accuracy": "share of rows that are predicted right",
    "balanced_accuracy": "mean over the classes of the share that is found",
    "f1": "precision and recall of the positive class in one number",
    "precision": "share of the rows predicted positive that are positive",
    "recall": "share of the positive rows that are found",
    "specificity": "share of the negative rows that are found",
    "f1_micro": "precision and recall of all labels together",
    "f1_macro": "precision and recall, mean over the classes",
    "precision_macro": "share of predictions that are right, mean over the classes",
    "recall_macro": "share of rows that are found, mean over the classes",
    "hamming_loss": "share of labels that are wrong (lower is better)",
    "roc_auc": "how well probabilities sort the rows: 0.5 is chance, 1 perfect",
    "average_precision": "mean precision over all thresholds",
    "log_loss": "how far probabilities are from the truth (lower is better)",
    "brier": "mean squared error of probabilities (lower is better)",
    "ece": "how far probabilities differ from shares that come true (lower is better)",
    "mcc": "correlation of prediction and truth: 0 is chance, 1 perfect",
    "rmse": "typical error, large ones weigh more (lower is better)",
    "mae": "mean error (lower is better)",
    "median_absolute_error": "half of the errors are below this (lower is better)",
    "r2": "share of the variation that is explained: 0 is the mean, 1 perfect",
    "mape": "mean error as a share of the true value (lower is better)",
    "explained_variance": "as r2, but a constant offset costs nothing",
}
"""By metric, for readers who do not work with them."""


def shown(text: str, most: int = LONGEST) -> str:
    """The text with control characters escaped, and its middle left out if it is long."""
    text = printable(text[: 4 * most] + text[4 * most :][-most:])
    if len(text) <= most:
        return text
    tail = (most - 1) // 3
    return text[: most - 1 - tail] + "…" + text[len(text) - tail :]
