"""The commands of the ``scrapbook`` command."""
