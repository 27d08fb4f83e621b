"""Flags of settings, by the names that the fields have in Python."""

from collections.abc import Iterable
from functools import cache

import click

from mlpcli.errors import Naming
from mlpcli.settings import Settings, described_fields, flag_of


def flags_of(command: click.Command) -> Naming:
    """A function from setting to flag: the command's own options first, then those of `flag_of_setting`."""
    known = {each.name: max(each.opts, key=len) for each in command.params if isinstance(each, click.Option)}
    return lambda name: known.get(name) or flag_of_setting(name)


def flags_in(classes: Iterable[type[Settings]]) -> dict[str, str]:
    """Flags of the settings of some classes."""
    return {
        name: flag_of(name, described)
        for each in classes
        for name, described in described_fields(each).items()
    }


def flag_of_setting(name: str) -> str:
    """The flag of a setting for the commands that train."""
    return _flags_of_training().get(name) or "--" + name.replace("_", "-")


@cache
def _flags_of_training() -> dict[str, str]:
    from mlpcli.options.options import SETTINGS_CLASSES

    return flags_in(SETTINGS_CLASSES)
