"""``python -m scrapbook`` is the ``scrapbook`` command."""

from scrapbook.cli import main

main()
