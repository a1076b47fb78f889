"""`chairside validate`: read a configuration and its preset as the service would."""

from __future__ import annotations

from pathlib import Path

from monitor import config, shipped
from monitor.conditions import Preset
from monitor.config import Config
from monitor.counting import counted
from monitor.drivers.registry import DRIVERS
from monitor.presets import load_preset


def load(path: Path) -> tuple[Config, Preset]:
    """The checked configuration and alarm preset; `ConfigError` names every mistake."""
    loaded = config.load(path, drivers=DRIVERS)
    text, where = shipped.preset_text(loaded.alarms.preset, base=path.resolve().parent)
    return loaded, load_preset(text, where=where)


def validate(path: Path) -> str:
    """One line that says what the file describes."""
    loaded, preset = load(path)
    return (
        f"{path}: ok: {counted(len(loaded.chairs), 'chair')}, "
        f"{counted(len(loaded.devices), 'device')}, "
        f"preset {preset.name} ({preset.hash[:12]})"
    )
