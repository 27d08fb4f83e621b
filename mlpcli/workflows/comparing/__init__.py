"""The parts of `compare`: files told apart by their content, and the facts that each holds."""
