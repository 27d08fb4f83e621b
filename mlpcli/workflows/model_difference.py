"""`mlpcli inspect --diff`: what differs between the contents of two model files."""

from dataclasses import dataclass

from mlpcli.artifact import Artifact
from mlpcli.artifact import load as load_artifact
from mlpcli.model.weights import digest_of_weights, largest_difference
from mlpcli.workflows.compare import FileComparison, compare

VERSIONS = ("mlpcli", "python", "numpy", "pandas")


@dataclass(frozen=True)
class Difference:
    """A content of both files, with its texts; None where a file does not have it."""

    name: str
    first: str | None
    second: str | None

    @property
    def same(self) -> bool:
        """Whether both have the same."""
        return self.first == self.second


@dataclass(frozen=True)
class ColumnDifference:
    """A column that is in one of the files only, or means something else: its kinds, or what was learned."""

    name: str
    first: str | None
    second: str | None


@dataclass(frozen=True, kw_only=True)
class ModelDifference:
    """Result of `model_difference`."""

    comparison: FileComparison
    """Settings, scores and trainings side by side."""
    contents: dict[str, list[Difference]]
    """By what they are of: data, target, network, receipt."""
    columns: list[ColumnDifference]
    other_order: bool
    """Whether the same columns are in another order."""
    statistics: list[str]
    """Columns of one kind whose ranges, categories or other statistics differ."""
    same_weights: bool
    largest_difference: float | None
    """None where the networks are others."""

    @property
    def same(self) -> bool:
        """Whether the models predict the same by the same weights and columns."""
        equal = all(each.same for name in ("target", "network") for each in self.contents[name])
        return self.same_weights and equal and not (self.columns or self.statistics)


def model_difference(first: str, second: str) -> ModelDifference:
    """The differences of two model files, which are read whole for their weights, and run nothing."""
    ours, theirs = (load_artifact(path) for path in (first, second))
    pairs = [_contents(each) for each in (ours, theirs)]
    contents = {
        name: [
            Difference(each, pairs[0][name].get(each), pairs[1][name].get(each))
            for each in dict.fromkeys([*pairs[0][name], *pairs[1][name]])
        ]
        for name in pairs[0]
    }
    kinds = [{each.name: each.kind for each in artifact.schema.columns} for artifact in (ours, theirs)]
    common = [[name for name in each if name in kinds[0] and name in kinds[1]] for each in kinds]
    return ModelDifference(
        comparison=compare(first, second),
        contents=contents,
        columns=[
            ColumnDifference(name, kinds[0].get(name), kinds[1].get(name))
            for name in dict.fromkeys([*kinds[0], *kinds[1]])
            if kinds[0].get(name) != kinds[1].get(name)
        ],
        other_order=common[0] != common[1],
        statistics=_statistics(ours, theirs),
        same_weights=digest_of_weights(ours) == digest_of_weights(theirs),
        largest_difference=largest_difference(ours, theirs),
    )


def _contents(artifact: Artifact) -> dict[str, dict[str, str]]:
    """The contents of a file in words, by what they are of."""
    receipt, schema, target = artifact.receipt, artifact.schema, artifact.target
    data = receipt["data"]
    of_target = {"columns": ", ".join(schema.target), "task": schema.task}
    for name in ("classes", "labels", "thresholds"):
        if name in target:
            of_target[name] = ", ".join(str(each) for each in target[name])
    members = receipt["members"]
    layers = [
        ", ".join(f"{each['name']} {each['output']}" for each in one["network"] if each["parameters"])
        for one in artifact.configurations
    ]
    return {
        "data": {
            "files": data if isinstance(data, str) else ", ".join(data),
            "rows": ", ".join(f"{number:,} {part}" for part, number in receipt["rows"].items() if number),
            "digest of the rows": receipt["digest"],
            "digest of the split": receipt.get("split_digest", ""),
        },
        "target": of_target,
        "network": {
            "networks": str(len(members)),
            "layers": "; ".join(dict.fromkeys(layers)),
            "parameters": f"{artifact.parameter_count:,}",
            "weights": digest_of_weights(artifact),
        },
        "receipt": {
            **{name: str(receipt["versions"].get(name, "")) for name in VERSIONS},
            "platform": receipt["platform"],
            "engine": receipt.get("engine", ""),
            "threads": str(receipt["threads"]),
            "seed": str(receipt["seed"]),
            "ended by": receipt["stop_reason"],
            "command": receipt["command"],
            "written": receipt.get("written", ""),
        },
    }


def _statistics(ours: Artifact, theirs: Artifact) -> list[str]:
    """Inputs of both files whose encoders differ, other than in the weight that the network gives them."""
    first, second = (
        {
            each["name"]: {key: value for key, value in each.items() if key != "weight"}
            for each in one.encoders
        }
        for one in (ours, theirs)
    )
    return [name for name, value in first.items() if name in second and second[name] != value]
