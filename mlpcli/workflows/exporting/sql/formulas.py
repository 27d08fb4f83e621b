"""Formulas of crosses in SQL."""

from collections.abc import Mapping

from mlpcli.data import formulas
from mlpcli.data.formulas import Formula
from mlpcli.errors import DataError
from mlpcli.workflows.exporting.sql.dialects import DUCKDB, Dialect

NAMES = {"log": "ln"}


def formula_text(formula: Formula, columns: Mapping[str, str], dialect: Dialect) -> str:
    """The formula of columns by their names; what has no finite value is NULL, infinite or NaN.

    DataError where an infinite value inside might yet end in a finite one: SQLite has NULL instead.
    """
    if isinstance(formula, formulas.Number):
        return repr(float(formula.value))
    if isinstance(formula, formulas.Name):
        return columns[formula.name]
    if isinstance(formula, formulas.Negative):
        return f"(-{formula_text(formula.inner, columns, dialect)})"
    if isinstance(formula, formulas.Power):
        _check_finite(formula.base, formula.exponent)
        base, exponent = (formula_text(each, columns, dialect) for each in (formula.base, formula.exponent))
        return f"pow({base}, {exponent})"
    if isinstance(formula, formulas.Call):
        if formula.function in ("exp", "tanh"):
            _check_finite(formula.inner)
        inner = formula_text(formula.inner, columns, dialect)
        called = f"{NAMES.get(formula.function, formula.function)}({inner})"
        # DuckDB may stop at the logarithm of 0, by its settings.
        return f"TRY({called})" if dialect is DUCKDB else called
    text = formula_text(formula.first, columns, dialect)
    for sign, part in formula.rest:
        if sign == "/":
            _check_finite(part)
        text += f" {sign} {formula_text(part, columns, dialect)}"
    return f"({text})"


def _check_finite(*parts: Formula) -> None:
    if any(map(_may_divide_by_zero, parts)):
        raise DataError(
            "the model cannot be exported: a cross has a quotient or a logarithm in a power, a function or a "
            "divisor, where SQL computes otherwise with 0",
            "Export it as .py, or train without the cross.",
        )


def _may_divide_by_zero(formula: Formula) -> bool:
    if isinstance(formula, formulas.Power):
        return _may_divide_by_zero(formula.base) or _may_divide_by_zero(formula.exponent)
    if isinstance(formula, formulas.Negative):
        return _may_divide_by_zero(formula.inner)
    if isinstance(formula, formulas.Call):
        return formula.function == "log" or _may_divide_by_zero(formula.inner)
    if isinstance(formula, formulas.Chain):
        parts = [formula.first, *(part for _, part in formula.rest)]
        return any(sign == "/" for sign, _ in formula.rest) or any(map(_may_divide_by_zero, parts))
    return False
