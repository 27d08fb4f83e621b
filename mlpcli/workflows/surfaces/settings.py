"""Settings of a surface; they load no pandas, so that help is fast."""

from dataclasses import dataclass

from mlpcli.settings import Settings, setting


@dataclass(frozen=True)
class SurfaceSettings(Settings):
    """Settings of predictions over two columns."""

    surface: str | None = setting(
        None,
        "Draw the predictions over these two columns; all others have a typical value.",
        group="Surface",
        metavar="A,B",
        common=True,
    )
    of_class: str | None = setting(
        None,
        "Class, label or target to draw. By default the predicted class, or the positive of two.",
        group="Surface",
        flag="class",
        metavar="CLASS",
        common=True,
    )
    units: bool = setting(
        False,
        "Also draw what each hidden unit of the first network puts out.",
        group="Surface",
        common=True,
    )
    resolution: int = setting(
        100,
        "Places along each axis at which the model is asked.",
        group="Surface",
        at_least=2,
        at_most=1000,
        metavar="N",
    )
