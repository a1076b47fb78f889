"""Every call that can change an engine, told to whoever keeps the record of them.

From readings and these calls, in their order, the same alarms follow again.
Knows calls and their arguments; keeps nothing.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

Sink = Callable[[str, Mapping[str, object]], None]
"""Takes the name of a call and its arguments by name, before the call is done."""


class Telling:
    """Where calls are told; a call made within another is part of that one."""

    def __init__(self) -> None:
        self.sink: Sink | None = None
        self.within = False

    def tell(self, call: str, arguments: Mapping[str, object]) -> None:
        """Tell of a call, unless it is part of another or nobody listens."""
        if self.sink is not None and not self.within:
            self.sink(call, arguments)


class Teller(Protocol):
    """Something whose calls are told."""

    @property
    def telling(self) -> Telling: ...


_Self = TypeVar("_Self", bound=Teller)
_P = ParamSpec("_P")
_R = TypeVar("_R")


def told(
    method: Callable[Concatenate[_Self, _P], _R],
) -> Callable[Concatenate[_Self, _P], _R]:
    """Mark a method as an input: it is told with all its arguments, and then done."""
    parameters = [*inspect.signature(method).parameters.values()][1:]
    names = [one.name for one in parameters]
    defaults = {one.name: one.default for one in parameters}

    @wraps(method)
    def call(self: _Self, /, *args: _P.args, **kwargs: _P.kwargs) -> _R:
        telling = self.telling
        if telling.within or telling.sink is None:
            return method(self, *args, **kwargs)
        arguments = defaults | dict(zip(names, args, strict=False)) | kwargs
        telling.tell(method.__name__, arguments)
        telling.within = True
        try:
            return method(self, *args, **kwargs)
        finally:
            telling.within = False

    call.told = True  # type: ignore[attr-defined]
    return call
