"""What went wrong, as an answer: what, why and what to do, with the status of its kind.

A script gets it as JSON; somebody who followed a link reads it as a page.
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
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
from monitor.web.pages import templates

STATUSES = {
    NotSignedIn: 401,
    NotAllowed: 403,
    CommandRefused: 409,
    ConfigError: 409,
    TriedTooOften: 429,
}
"""Of what is refused on purpose; all else is 503."""
PAGE = templates().get_template("problem.html")


def add_problems(api: FastAPI) -> None:
    """Answer every error of this application so."""
    api.exception_handler(ChairsideError)(_refused)
    api.exception_handler(NotThere)(_missing)
    api.exception_handler(HTTPException)(_wrong_way)
    api.exception_handler(Exception)(_failed)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, ChairsideError)
    statuses = (status for kind, status in STATUSES.items() if isinstance(error, kind))
    said = Problem(what=error.what, why=error.why, fix=error.fix)
    return _answer(request, next(statuses, 503), said)


async def _missing(request: Request, error: Exception) -> Response:
    why = "nothing of that name is kept here"
    return _answer(request, 404, Problem(what=str(error), why=why, fix="go back to the wall"))


async def _wrong_way(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    what = f"{request.method} {request.url.path} is not served"
    said = Problem(what=what, why=error.detail, fix="go back to the wall")
    answer = _answer(request, error.status_code, said)
    answer.headers.update(error.headers or {})
    return answer


async def _failed(request: Request, _: Exception) -> Response:
    said = Problem(
        what=f"{request.url.path} could not be answered",
        why="a fault in Chairside; its log holds the details",
        fix="try again; the watch over the chairs goes on",
    )
    return _answer(request, 500, said)


def _answer(request: Request, status: int, said: Problem) -> Response:
    """In the form that was asked for: browsers name HTML when a person goes to an address."""
    if "text/html" in request.headers.get("accept", ""):
        return HTMLResponse(PAGE.render(problem=said), status)
    return JSONResponse(said.model_dump(), status)


def problem(status: int, what: str, why: str, fix: str) -> JSONResponse:
    """One answer of that status."""
    return JSONResponse(Problem(what=what, why=why, fix=fix).model_dump(), status)
