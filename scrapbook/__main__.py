"""``python -m scrapbook`` is the ``scrapbook`` command."""

from scrapbook.cli.main import main

main()
