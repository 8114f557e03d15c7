"""Makes the small speech model for the tests."""
