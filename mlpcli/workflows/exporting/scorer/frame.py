"""The beginning and the end of a scorer."""

HEAD = '''"""Score rows of a table with a trained model, as `mlpcli predict` does.

    python {name} < rows.csv > scored.csv
    python {name} --proba rows.csv
    python {name} --test

    import {module}
    {module}.predict({{"a column": "a cell", ...}})

It needs Python 3.9 or newer and no package; NumPy makes it faster. Cells are read as those of the training
table: a cell that cannot be read is missing, and a level that training did not have counts as none.
"""

# {facts}
# Written by mlpcli; to change it, change the model and export it again.

'''

NUMPY = """
if __name__ == "__main__":  # matrices are small: further threads would only wait for one another
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

try:  # which makes it faster
    import numpy as np
except ImportError:
    np = None
"""

END = '''

SCORER = scorer()


def predict(row):
    """The predictions for a row, given as cells by the names of the columns."""
    return SCORER.predict(row)


def main():
    """Run as a program; returns the exit status."""
    return run(
        SCORER,
        sys.argv[1:],
        about="Score rows of a table with a trained model.",
        delimiter={delimiter},
        golden=GOLDEN,
        expected=EXPECTED,
        tolerances=TOLERANCES,
    )


if __name__ == "__main__":
    sys.exit(main())
'''
