"""The errors that Twilio's REST API answers with. https://www.twilio.com/docs/api/errors"""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response


class Problem(Exception):
    """One of Twilio's errors: HTTP status, code and message."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def unauthenticated() -> Problem:
    """Wrong account sid or auth token, or none."""
    return Problem(401, 20003, "Authenticate")


def not_found(path: str) -> Problem:
    """No such thing in this account."""
    return Problem(404, 20404, f"The requested resource {path} was not found")


def too_many_requests() -> Problem:
    """Slow down."""
    return Problem(429, 20429, "Too Many Requests")


def server_error() -> Problem:
    """Twilio's own trouble."""
    return Problem(500, 20500, "Internal Server Error")


def unsubscribed() -> Problem:
    """The recipient has texted STOP."""
    return Problem(400, 21610, "Attempt to send to unsubscribed recipient")


async def answer(_: Request, problem: Exception) -> Response:
    """Twilio's JSON for a Problem."""
    assert isinstance(problem, Problem)  # noqa: S101 - registered for nothing else
    body = {
        "code": problem.code,
        "message": problem.message,
        "more_info": f"https://www.twilio.com/docs/errors/{problem.code}",
        "status": problem.status,
    }
    headers = {"WWW-Authenticate": 'Basic realm="Twilio API"'} if problem.status == 401 else None
    return JSONResponse(body, status_code=problem.status, headers=headers)
