"""The preset of a shop: recognised by tables and columns, copied into its folder of feeds, its own from then on."""

import os
from importlib import resources

from saasexport.errors import ConfigError
from saasexport.presets import PRESETS, Preset
from saasexport.stdlib import NamedTuple, sqlite3


class Copied(NamedTuple):
    """What became of the files of a preset."""

    written: list[str]
    kept: list[str]  # were there, and were not overwritten


def find(name: str) -> Preset:
    """A preset by its name."""
    for preset in PRESETS:
        if preset.name == name:
            return preset
    raise ConfigError(f"there is no preset {name!r}", "presets are: " + ", ".join(preset.name for preset in PRESETS))


def of_shop(shop: sqlite3.Connection) -> Preset | None:
    """The preset that a shop's tables and columns fit; None if none does."""
    return next((preset for preset in PRESETS if not lacking(preset, shop)), None)


def lacking(preset: Preset, shop: sqlite3.Connection) -> str:
    """The first table or column that a shop of this kind has and this one lacks; empty if it has all."""
    for table, columns in preset.tables.items():
        present = {row[1].lower() for row in shop.execute(f'pragma table_info("{table}")')}
        if not present:
            return f"the table {table}"
        for column in columns:
            if column.lower() not in present:
                return f"the column {column} of {table}"
    return ""


def copy(preset: Preset, folder: str) -> Copied:
    """Copy a preset's files into a folder; those that are there are kept as they are."""
    source = resources.files(f"saasexport.presets.{preset.name}")
    copied = Copied([], [])
    try:
        os.makedirs(folder, exist_ok=True)
        for each in sorted(source.iterdir(), key=lambda each: each.name):
            if not each.name.endswith(".sql"):
                continue
            try:
                with open(os.path.join(folder, each.name), "x", encoding="utf-8", newline="\n") as file:
                    file.write(each.read_text("utf-8"))
            except FileExistsError:
                copied.kept.append(each.name)
            else:
                copied.written.append(each.name)
    except OSError as error:
        raise ConfigError(f"{error.filename or folder}: {error.strerror}") from error
    return copied
