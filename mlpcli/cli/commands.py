"""Names of the commands with their one-line help, in the order of use."""

COMMANDS = {
    "describe": "Show what is in a table, and what is wrong with it.",
    "train": "Learn a model from a table.",
    "predict": "Score rows with a model.",
    "evaluate": "Measure a model on rows whose target is known.",
    "lr-find": "Sweep the learning rate, draw the curve, suggest one.",
    "inspect": "Show what is in a model file.",
}
