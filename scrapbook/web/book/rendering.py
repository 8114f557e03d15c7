"""Render the pages of the book, and address its static files."""

import hashlib
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from scrapbook.core.stale_pages import version_of
from scrapbook.text.display import displayable
from scrapbook.text.topic_names import MAX_TOPIC_LENGTH
from scrapbook.web.book.themes import theme_of
from scrapbook.web.book.uploads import MAX_FILE, MAX_FILES, MAX_TEXT

_HERE = Path(__file__).parent
STATIC = _HERE / "static"


@lru_cache
def static_url(name: str) -> str:
    """Return the address of a static file, which changes with its content."""
    version = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/book/static/{version}/{name}"


def _environment(*, autoescape: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=autoescape,  # noqa: S701 - off for Markdown only
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["displayable"] = displayable
    environment.globals["static"] = static_url  # pyright: ignore[reportArgumentType] - any callable will do
    return environment


_FORMS: dict[str, Any] = {
    "new_key": lambda: secrets.token_hex(16),
    "max_text": MAX_TEXT,
    "max_file": MAX_FILE,
    "max_files": MAX_FILES,
    "max_topic": MAX_TOPIC_LENGTH,
    "version_of": version_of,
    "text": "",
    "key": "",
    "theme": "",
}
"""What the box (``_write.html``) and the forms of entries (``_actions.html``) need, which many pages have."""


_TEMPLATES = _environment(autoescape=True)
_MARKDOWN = _environment(autoescape=False)


def render(template: str, *, status: int = 200, **context: Any) -> HTMLResponse:  # noqa: ANN401
    """Return the page of a template."""
    return HTMLResponse(_TEMPLATES.get_template(template).render(_FORMS | context), status_code=status)


def render_bare(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:  # noqa: ANN401
    """Return a page that has no frame, in the theme that was chosen in this browser."""
    return render(template, status=status, theme=theme_of(request), **context)


def render_markdown(template: str, **context: Any) -> str:  # noqa: ANN401
    """Return the Markdown of a template, in which nothing is escaped."""
    return _MARKDOWN.get_template(template).render(context)


def render_xml(template: str, **context: Any) -> str:  # noqa: ANN401
    """Return the XML of a template, in which everything is escaped."""
    return _TEMPLATES.get_template(template).render(context)
