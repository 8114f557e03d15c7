"""The choice between light and dark, a cookie that the server reads: no page flashes."""

from starlette.requests import Request

THEME_COOKIE = "book_theme"
THEMES = ("light", "dark")


def theme_of(request: Request) -> str:
    """Return the theme that the person chose; empty if they chose none, so that the system decides."""
    chosen = request.cookies.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else ""
