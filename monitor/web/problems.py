"""What went wrong, as an answer: what, why and what to do, with the status of its kind."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from monitor.errors import (
    ChairsideError,
    CommandRefused,
    ConfigError,
    NotAllowed,
    NotSignedIn,
    TriedTooOften,
)
from monitor.web.answers import Problem
from monitor.web.archive import NotThere

STATUSES = {
    NotSignedIn: 401,
    NotAllowed: 403,
    CommandRefused: 409,
    ConfigError: 409,
    TriedTooOften: 429,
}
"""Of what is refused on purpose; all else is 503."""


def add_problems(api: FastAPI) -> None:
    """Answer every error of this application so."""
    api.exception_handler(ChairsideError)(_refused)
    api.exception_handler(NotThere)(_missing)
    api.exception_handler(HTTPException)(_wrong_way)
    api.exception_handler(Exception)(_failed)


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, ChairsideError)
    statuses = (status for kind, status in STATUSES.items() if isinstance(error, kind))
    return problem(next(statuses, 503), error.what, error.why, error.fix)


async def _missing(_: Request, error: Exception) -> Response:
    return problem(404, str(error), "nothing of that name is kept here", "go back to the wall")


async def _wrong_way(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    what = f"{request.method} {request.url.path} is not served"
    answer = problem(error.status_code, what, error.detail, "go back to the wall")
    answer.headers.update(error.headers or {})
    return answer


async def _failed(request: Request, _: Exception) -> Response:
    return problem(
        500,
        f"{request.url.path} could not be answered",
        "a fault in Chairside; its log holds the details",
        "try again; the watch over the chairs goes on",
    )


def problem(status: int, what: str, why: str, fix: str) -> JSONResponse:
    """One answer of that status."""
    return JSONResponse(Problem(what=what, why=why, fix=fix).model_dump(), status)
