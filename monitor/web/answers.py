"""What an act is answered with: that it is committed, or what is wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from pydantic import BaseModel

from monitor.commands import Command


class Done(BaseModel):
    """The act is committed; `id` is the alarm, chair or session it concerns."""

    id: str


Execute = Callable[[Command], Awaitable[Done]]
"""Does an act and answers after its commit."""


class Problem(BaseModel):
    """What went wrong, why, and what to do about it, in words for a person."""

    what: str
    why: str
    fix: str
