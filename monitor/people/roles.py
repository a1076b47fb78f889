"""Who may do what: the one table of it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final

from monitor.clinic import Role


class Permission(Enum):
    """A kind of act that needs leave. Looking at live numbers and alarms needs none."""

    CARE = "care"
    """All acts at a chair: acknowledge, pause, seat, phases, and what else concerns a patient."""
    SIGN = "sign"
    WHAT_IF = "what-if"
    ENROL = "enrol displays"
    MANAGE = "manage staff"


MAY: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.NURSE: frozenset({Permission.CARE}),
    Role.CLINICIAN: frozenset({Permission.CARE, Permission.SIGN, Permission.WHAT_IF}),
    Role.ADMINISTRATOR: frozenset({Permission.ENROL, Permission.MANAGE}),
}


def may(role: Role, permission: Permission) -> bool:
    """Whether that role has leave; what the table does not grant is refused."""
    return permission in MAY.get(role, frozenset())
