"""The model file: a container with the header and arrays of a trained model.

The header's fields stand in `header`. A field is added with a higher FORMAT, a function of UPGRADES that
fills in what older files mean, and a file of the previous format in the tests.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import accumulate
from typing import Any

from mlpcli.arrays import Array
from mlpcli.artifact.consistency import check_arrays, check_columns, check_header
from mlpcli.artifact.container import MALFORMED, MODEL_NAME, Kind, pack, unpack, unpack_bytes
from mlpcli.data.form import PLAIN
from mlpcli.data.schema import CHOSEN, IDENTIFIER, IGNORE, TEXT, Schema
from mlpcli.data.spelling import EXACT
from mlpcli.files import atomic_output
from mlpcli.json_values import from_json, printable
from mlpcli.result_text import ResultText, Shown, listed

FORMAT = 8
MODEL = Kind(MODEL_NAME, FORMAT, "Train one: mlpcli train DATA -t COLUMN -o MODEL", "Train it again.")

MOST_EPOCHS = 50_000
"""Of all networks: each takes some 300 bytes of the header. Results of the others are in the receipt."""
_DESCRIBED = ("encoders", "target", "settings", "configurations", "history", "scores", "receipt", "sketches")


@dataclass(frozen=True, kw_only=True, repr=False)
class Artifact(Shown):
    """A trained model, as plain values. `arrays` is empty when only the header was read."""

    schema: Schema
    encoders: list[dict[str, Any]]
    """Descriptions of the encoders, in the order of the matrix; their statistics are in `arrays`."""
    target: dict[str, Any]
    settings: dict[str, Any]
    """Every setting by name, with the preset's values filled in."""
    configurations: list[dict[str, Any]]
    """A `Configuration` for each with which networks were trained; `settings` are those of the first."""
    history: list[dict[str, Any]]
    """An `Epoch` for each epoch of each network."""
    scores: dict[str, Any]
    """`PartScores` by part: `validation`, `test`, or `train` where neither is."""
    receipt: dict[str, Any]
    """A `Receipt`."""
    sketches: dict[str, Any] | None = None
    """The `Description` of the sketches in `arrays`; None of a model that has none."""
    arrays: dict[str, Array]
    """`parameters` (flat vectors, network after network), `baseline`, those of encoders and target, and
    optional ones."""

    @property
    def network(self) -> list[dict[str, Any]]:
        """A `Layer` for each row of the network table, of the first configuration."""
        network: list[dict[str, Any]] = self.configurations[0]["network"]
        return network

    @property
    def parameter_count(self) -> int:
        """The number of trained numbers of a network of the first configuration."""
        return sum(int(layer["parameters"]) for layer in self.network)

    def _shown(self) -> ResultText:
        receipt = self.receipt
        return ResultText(
            f"Content of a model of {listed(self.schema.target)} ({self.schema.task})",
            [
                ("columns", f"{len(self.schema.columns):,}, and the target"),
                ("data", str(receipt.get("data", ""))),
                ("command", receipt.get("command", "")),
                ("written", receipt.get("written", "")),
            ],
            attributes=["schema", *_DESCRIBED, "arrays"],
        )


def save(artifact: Artifact, path: str, *, force: bool = False) -> None:
    """Write the file; it appears when complete, and without `force` replaces none."""
    with atomic_output(path, force=force) as file:
        file.write(to_bytes(artifact))


def to_bytes(artifact: Artifact) -> bytes:
    """The file's content."""
    header = {name: getattr(artifact, name) for name in _DESCRIBED}
    header["history"] = _whole_networks(artifact.history)
    return pack(MODEL, printable({"schema": artifact.schema.to_json(), **header}), artifact.arrays)


def _whole_networks(history: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The epochs of as many networks, from the first, as `MOST_EPOCHS` allow, and of one at least."""
    if len(history) <= MOST_EPOCHS:
        return history
    counts = Counter(record["member"] for record in history)
    together = accumulate(counts[member] for member in sorted(counts))
    kept = [member for member, total in zip(sorted(counts), together, strict=True) if total <= MOST_EPOCHS]
    return [record for record in history if record["member"] in kept or record["member"] == min(counts)]


def load(path: str, *, header_only: bool = False) -> Artifact:
    """Read a model file; raises ArtifactError for anything but a whole, unaltered one."""
    return _read(unpack(MODEL, path, header_only=header_only), path, header_only)


def from_bytes(content: bytes, name: str) -> Artifact:
    """The artifact of `to_bytes`, with the checks of `load`; `name` stands in errors."""
    return _read(unpack_bytes(MODEL, content, name), name, header_only=False)


def _read(parts: tuple[int, str, dict[str, Array]], path: str, header_only: bool) -> Artifact:
    """The artifact of format, header and arrays."""
    number, text, arrays = parts
    try:
        header = from_json(text)
        if not isinstance(header, dict):
            raise ValueError("its header is not an object")
        check_header(_upgraded(header, number))
        schema = Schema.from_json(header["schema"])
        check_columns(schema, header)
        if not header_only:
            check_arrays(schema, header, arrays)
    except MALFORMED as error:
        ours = type(error) is ValueError
        why = str(error) if ours else f"its header is invalid ({type(error).__name__})"
        raise MODEL.altered(path, why) from None
    return Artifact(schema=schema, arrays=arrays, **{name: header[name] for name in _DESCRIBED})


def _upgraded(header: dict[str, Any], number: int) -> dict[str, Any]:
    """A header of format `number` in the newest format; its content is not checked yet."""
    for each in range(number, FORMAT):
        UPGRADES[each](header)
    return header


def _from_1(header: dict[str, Any]) -> None:
    """Add `member` to the history and `members` to the receipt: the only network.

    From format 2 on a target may have `thresholds`; programs that ignore them would decide differently.
    """
    for record in header["history"]:
        record.setdefault("member", 0)
    receipt = header["receipt"]
    only = {name: receipt[name] for name in ("best_epoch", "stop_reason")}
    receipt.setdefault("members", [{"epochs": len(header["history"]), "validation": {}} | only])


def _from_2(header: dict[str, Any]) -> None:
    """Add kinds and widths of encoders, which followed from their other fields, and defaults."""
    for encoder in header["encoders"]:
        width = int(bool(encoder["had_gaps"]))
        if "levels" in encoder:
            encoder["kind"] = "category"
            embedded = encoder.setdefault("embedded", False)
            width = 1 if embedded else width + len(encoder["levels"])
        else:
            encoder.setdefault("scaling", "standard")
            if "formats" in encoder:
                encoder["kind"] = "date"
                width += sum(1 if part in ("days", "year") else 2 for part in encoder["parts"])
            else:
                width += 1 + bool(encoder.setdefault("spikes", []))
        encoder["width"] = width
    if "names" in header["target"]:
        header["target"].setdefault("scaling", "standard")


def _from_3(header: dict[str, Any]) -> None:
    """Nothing to add.

    From format 4 on there may be an array `bias` of the probabilities, several classes may have `thresholds`,
    and numbers a scaling by `ranks`; programs that ignore them would predict differently.
    """


def _from_4(header: dict[str, Any]) -> None:
    """Add how cells are matched and read: as by versions before 0.3, one of which made the model.

    From format 5 on a column has a form, and blanks, Unicode forms and spellings of a value count as one.
    """
    schema = header["schema"]
    if "exact" in schema:
        raise ValueError("its format does not match its header")
    schema["exact"], schema["target_forms"] = True, []
    for column in schema["columns"]:
        column["form"] = asdict(PLAIN)
    for encoder in header["encoders"]:
        if "levels" in encoder:
            encoder["matching"] = EXACT
        elif "formats" not in encoder:
            encoder["truth"] = False
    if "classes" in header["target"]:
        header["target"]["matching"] = EXACT


def _from_5(header: dict[str, Any]) -> None:
    """Add that there are no sketches of the training table."""
    header.setdefault("sketches", None)


def _from_6(header: dict[str, Any]) -> None:
    """Add that all networks have one configuration and share, and read numbers that are scaled in one way.

    From format 7 on networks may differ in all of these. A column of text is an input; before, it was left
    out.
    """
    only = {"name": "usual", "changes": {}, "network": header.pop("network")}
    header.setdefault("configurations", [only])
    members = header["receipt"]["members"]
    for member in members:
        member.update(configuration=0, fold="0", share=1 / len(members))
    for encoder in header["encoders"]:
        if "scaling" in encoder:
            encoder["scalings"] = {encoder["scaling"]: encoder.pop("scaling")}
        if "truth" in encoder:
            encoder["folds"] = {}
    for column in header["schema"]["columns"]:
        if column["kind"] == TEXT:
            column["kind"] = IGNORE if column["reason"] == CHOSEN else IDENTIFIER


def _from_7(header: dict[str, Any]) -> None:
    """Add that no input is made of others; programs that know of none would look for a column of its name."""
    header["schema"].setdefault("cross", [])


UPGRADES: dict[int, Callable[[dict[str, Any]], None]] = {
    1: _from_1,
    2: _from_2,
    3: _from_3,
    4: _from_4,
    5: _from_5,
    6: _from_6,
    7: _from_7,
}
"""A function for each older format, which turns a header into the next one."""
