"""Alarm rules at work: readings and times in, alarm events out.

Pure: knows conditions, readings and numpy; no clock, task, store or screen.
"""

from monitor.alerts.engine import Engine
from monitor.alerts.silences import Silences
from monitor.alerts.states import LATCHING_LIFE, LIFE, QUIET, Alarm, AlarmEvent, AlarmState, Reason

__all__ = [
    "LATCHING_LIFE",
    "LIFE",
    "QUIET",
    "Alarm",
    "AlarmEvent",
    "AlarmState",
    "Engine",
    "Reason",
    "Silences",
]
