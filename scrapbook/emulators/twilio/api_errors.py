"""The errors that Twilio's REST API answers with. https://www.twilio.com/docs/api/errors"""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response


class ApiError(Exception):
    """An error that the REST API answers with: HTTP status, Twilio's code, and message."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def unauthenticated() -> ApiError:
    """Return the error for a missing or wrong account sid or auth token."""
    return ApiError(401, 20003, "Authenticate")


def not_found(path: str) -> ApiError:
    """Return the error for a resource that the account does not have."""
    return ApiError(404, 20404, f"The requested resource {path} was not found")


def too_many_requests() -> ApiError:
    """Return the error for a client that sends too fast."""
    return ApiError(429, 20429, "Too Many Requests")


def server_error() -> ApiError:
    """Return the error for a failure of Twilio."""
    return ApiError(500, 20500, "Internal Server Error")


def unsubscribed() -> ApiError:
    """Return the error for a recipient who texted STOP."""
    return ApiError(400, 21610, "Attempt to send to unsubscribed recipient")


async def answer(_: Request, error: Exception) -> Response:
    """Return the response for an ApiError."""
    assert isinstance(error, ApiError)  # noqa: S101 - registered for nothing else
    body = {
        "code": error.code,
        "message": error.message,
        "more_info": f"https://www.twilio.com/docs/errors/{error.code}",
        "status": error.status,
    }
    headers = {"WWW-Authenticate": 'Basic realm="Twilio API"'} if error.status == 401 else None
    return JSONResponse(body, status_code=error.status, headers=headers)
