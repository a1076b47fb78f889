"""Files that come with Chairside: the sample configuration and the alarm presets.

In an installed wheel they lie inside the package, in a checkout beside it.
"""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from monitor.errors import ConfigError


def config_folder() -> Traversable:
    """The folder `config/` as shipped."""
    inside = files("monitor") / "_config"
    return inside if inside.is_dir() else Path(__file__).resolve().parent.parent / "config"


def preset_names() -> list[str]:
    """The shipped presets, by name."""
    folder = config_folder() / "presets"
    return sorted(one.name.removesuffix(".toml") for one in folder.iterdir())


def shipped_preset(name: str) -> tuple[str, str]:
    """A shipped preset's text and where it was found. Raises `ConfigError`; opens no other file."""
    if name in preset_names():
        text = (config_folder() / "presets" / f"{name}.toml").read_text(encoding="utf-8")
        return text, f"presets/{name}.toml"
    raise ConfigError(
        f"no alarm preset {name!r}",
        where="[alarms] preset",
        fix=f"name a shipped preset ({', '.join(preset_names())}) or the path of a .toml file",
    )


def preset_text(name: str, *, base: Path) -> tuple[str, str]:
    """The text of an alarm preset and where it was found.

    `name` is a shipped preset's name or the path of a file, relative to `base`.
    Raises `ConfigError` when there is neither, naming those that are shipped.
    """
    path = base / name
    if path.suffix == ".toml" and path.is_file():
        return path.read_text(encoding="utf-8"), str(path)
    return shipped_preset(name)
