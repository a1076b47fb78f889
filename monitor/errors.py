"""The exception tree, split by who must act.

Every message says what happened, where, why and what to do about it.
"""


class ChairsideError(Exception):
    """Base of all errors raised on purpose."""

    def __init__(self, what: str, *, where: str = "", why: str = "", fix: str = "") -> None:
        super().__init__(what)
        self.what, self.where, self.why, self.fix = what, where, why, fix

    def __str__(self) -> str:
        lines = [self.what]
        lines += [f"  --> {self.where}"] if self.where else []
        lines += [f"  why: {self.why}"] if self.why else []
        lines += [f"  fix: {self.fix}"] if self.fix else []
        return "\n".join(lines)


class ConfigError(ChairsideError):
    """The configuration must be mended before anything starts."""


class DeviceError(ChairsideError):
    """Somebody must look at the chair: its device or link does not work."""


class StoreError(ChairsideError):
    """The record or its copy does not take rows; they wait and are counted."""


class CommandRefused(ChairsideError):
    """A person's command does not fit the present state; nothing was changed."""


class AuditBroken(ChairsideError):
    """A chain of acts does not hold: somebody changed a file that is only added to."""


class NotSignedIn(ChairsideError):
    """Nobody is known here, or what they proved themselves by does not fit."""


class NotAllowed(ChairsideError):
    """The person is known, and their role has no leave to do this."""


class TriedTooOften(ChairsideError):
    """The next try is looked at only after a wait."""
