"""Storage of pictures and recordings."""
