"""A trained model in memory: task, blueprint, encoded rows, scores, intervals."""
