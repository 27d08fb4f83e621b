"""Names of the commands with their one-line help, in the order of use."""

COMMANDS = {
    "describe": "Show the columns of a table, and problems with them.",
    "train": "Train a model on a table.",
    "predict": "Predict rows with a model.",
    "evaluate": "Measure a model on rows whose target is known.",
    "explain": "Show what drives the predictions of a model.",
    "cv": "Cross-validate the settings of train.",
    "tune": "Search for settings of train that suit a table.",
    "lr-find": "Suggest a learning rate.",
    "inspect": "Show what is in a model file.",
    "report": "Write a report on a model as one HTML file.",
    "export": "Write a model as a program that needs no mlpcli.",
    "compare": "Show models, histories and results side by side.",
    "lessons": "See how networks learn, on small experiments.",
    "manual": "Read the manual, or search it.",
}

TABLES = frozenset({".csv", ".tsv", ".tab", ".psv", ".json", ".jsonl", ".ndjson", ".parquet", ".xlsx", ".gz"})
"""Endings of a name that is a table, neither a command nor a model."""
