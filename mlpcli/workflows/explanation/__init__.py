"""Why a model predicts what it does: effects of the columns, in single rows and in all."""
