"""A graph of ONNX in the making: nodes, constants, inputs and outputs, all by readable names."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mlpcli.arrays import Array
from mlpcli.errors import DataError
from mlpcli.extras import require_extra

OPSET, ML_OPSET, IR_VERSION = 18, 4, 9
"""Versions of the operators and of the format; onnxruntime reads them since 1.17 of January 2024."""
ML = "ai.onnx.ml"
"""The domain of operators for tables."""
ROWS = "rows"
"""The name of the free dimension."""
MOST_BYTES = 2**31 - 1
"""Of a file, as protobuf has them."""
WIDENED = {np.dtype(np.int32): np.int64, np.dtype(np.float16): np.float32}


class Graph:
    """Nodes in the order in which they run. A value is known by its name, a string."""

    def __init__(self) -> None:
        self.onnx = require_extra("onnx", "onnx", "an .onnx file", setting="output")
        self._nodes: list[Any] = []
        self._constants: dict[tuple[Any, ...], str] = {}
        self._tensors: list[Any] = []
        self._inputs: list[Any] = []
        self._outputs: list[Any] = []
        self._names: set[str] = set()
        self._bytes = 0

    @property
    def _types(self) -> dict[str, int]:
        types = self.onnx.TensorProto
        return {"double": types.DOUBLE, "float": types.FLOAT, "int64": types.INT64, "string": types.STRING}

    def free(self, name: str) -> str:
        """The name, with a number behind it if it is taken."""
        found, number = name, 2
        while found in self._names:
            found, number = f"{name} ({number})", number + 1
        self._names.add(found)
        return found

    def input(self, name: str, kind: str, said: str) -> str:
        """A column of the table, (rows, 1); `kind` is double or string."""
        assert name not in self._names
        self._names.add(name)
        info = self.onnx.helper.make_tensor_value_info(name, self._types[kind], [ROWS, 1], said)
        self._inputs.append(info)
        return name

    def output(self, name: str, value: str, kind: str, columns: int | None, said: str) -> str:
        """Tell a value (rows,) or (rows, columns) by a name, which is returned as far as it was free."""
        name = self.free(name)
        self._nodes.append(self.onnx.helper.make_node("Identity", [value], [name], name=name))
        shape = [ROWS] if columns is None else [ROWS, columns]
        info = self.onnx.helper.make_tensor_value_info(name, self._types[kind], shape, said)
        self._outputs.append(info)
        return name

    def run(self, operator: str, *values: str, name: str, domain: str = "", **attributes: Any) -> str:
        """The result of a node, called `name` as far as that is free."""
        return self.run_several(operator, *values, names=[name], domain=domain, **attributes)[0]

    def run_several(
        self, operator: str, *values: str, names: Sequence[str], domain: str = "", **attributes: Any
    ) -> list[str]:
        """The results of a node that has several."""
        found = [self.free(name) for name in names]
        node = self.onnx.helper.make_node(
            operator, list(values), found, name=found[0], domain=domain, **attributes
        )
        self._nodes.append(node)
        return found

    def constant(self, values: Any, name: str) -> str:
        """An array, or a tuple of texts; the same one of the same name is there once."""
        if isinstance(values, tuple):
            key: tuple[Any, ...] = (name, values)
        else:
            values = np.ascontiguousarray(values, WIDENED.get(np.asarray(values).dtype))
            key = (name, values.dtype.str, values.shape, values.tobytes())
        if key not in self._constants:
            self._constants[key] = self.free(name)
            self._tensors.append(self._tensor(values, self._constants[key]))
        return self._constants[key]

    def double(self, value: float, name: str = "") -> str:
        """A number (1, 1) of double precision."""
        return self.constant(np.array([[value]], np.float64), name or f"{value:.6g}")

    def single(self, value: float) -> str:
        """A number (1, 1) of single precision."""
        return self.constant(np.array([[value]], np.float32), f"{value:.6g} (single)")

    def indices(self, values: Sequence[int], name: str) -> str:
        """Whole numbers (n,)."""
        return self.constant(np.array(values, np.int64), name)

    def _tensor(self, values: Any, name: str) -> Any:
        if isinstance(values, tuple):
            self._bytes += sum(map(len, values))
            texts = [each.encode() for each in values]
            return self.onnx.helper.make_tensor(name, self._types["string"], [len(values)], texts)
        self._count(values)
        return self.onnx.numpy_helper.from_array(values, name)

    def _count(self, values: Array) -> None:
        self._bytes += values.nbytes
        if self._bytes > MOST_BYTES:
            raise too_large()

    def columns_of(self, value: str, columns: Sequence[int], of: int, name: str) -> str:
        """Some columns of a value that has so many."""
        if list(columns) == [*range(of)]:
            return value
        return self.run("Gather", value, self.indices(columns, f"{name}: which"), name=name, axis=1)

    def side_by_side(self, values: Sequence[str], name: str) -> str:
        """Values (rows, any) as one."""
        return values[0] if len(values) == 1 else self.run("Concat", *values, name=name, axis=1)

    def cast(self, value: str, kind: str, name: str) -> str:
        """The same values as another type."""
        return self.run("Cast", value, name=name, to=self._types[kind])

    def cosine(self, value: str, name: str) -> str:
        """The cosine in double precision, 1 - 2 sin²(x / 2): onnxruntime 1.17 has no other."""
        half = self.run("Mul", value, self.double(0.5), name=f"{name}: half of the angle")
        sine = self.run("Sin", half, name=f"{name}: sine of the half")
        square = self.run("Mul", sine, sine, name=f"{name}: square")
        twice = self.run("Mul", square, self.double(2.0), name=f"{name}: twice the square")
        return self.run("Sub", self.double(1.0), twice, name=name)

    def flat(self, value: str, name: str) -> str:
        """(rows, 1) as (rows,)."""
        return self.run("Reshape", value, self.indices([-1], "flat"), name=name)

    def looked_up(self, value: str, table: dict[str, int] | dict[float, int], name: str) -> str:
        """The whole number that a table has for each text or number of a value, else 0."""
        keys = list(table) or [""]
        numbers = list(table.values()) or [0]
        if isinstance(keys[0], str):
            return self.run(
                "LabelEncoder",
                value,
                name=name,
                domain=ML,
                keys_strings=keys,
                values_int64s=numbers,
                default_int64=0,
            )
        tensors = {
            "keys_tensor": np.array(keys, np.float64),
            "values_tensor": np.array(numbers, np.int64),
            "default_tensor": np.zeros(1, np.int64),
        }
        from_array = self.onnx.numpy_helper.from_array
        attributes = {kind: from_array(array, f"{name}: {kind}") for kind, array in tensors.items()}
        return self.run("LabelEncoder", value, name=name, domain=ML, **attributes)

    def file(self, *, title: str, said: str, facts: dict[str, str], version: str) -> bytes:
        """The bytes of the whole model, checked."""
        helper = self.onnx.helper
        graph = helper.make_graph(
            self._nodes, title, self._inputs, self._outputs, self._tensors, doc_string=said
        )
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid(ML, ML_OPSET)],
            ir_version=IR_VERSION,
            producer_name="mlpcli",
            producer_version=version,
            doc_string=said,
        )
        helper.set_model_props(model, facts)
        if model.ByteSize() > MOST_BYTES:
            raise too_large()
        content: bytes = model.SerializeToString(deterministic=True)
        self.onnx.checker.check_model(content, full_check=True)
        return content


def too_large() -> DataError:
    """The refusal of a model that ONNX cannot hold in one file."""
    return DataError(
        f"the model cannot be exported: an .onnx file holds at most {MOST_BYTES / 1e9:.1f} GB",
        "Train with fewer networks or narrower layers, or use mlpcli predict.",
    )
