import pytest

import mlpcli
from mlpcli.model.model import Model
from tests.workflows.evaluated import INPUTS, QUICK, TARGETS, table


@pytest.fixture(scope="session")
def models() -> dict[str, Model]:
    """One of each target of the shared table; not to be changed."""
    train = table(seed=1)
    return {
        name: mlpcli.train(
            train[[*INPUTS, *([target] if isinstance(target, str) else target)]], target, **QUICK
        ).model
        for name, target in TARGETS.items()
    }
