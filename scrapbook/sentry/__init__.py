"""What is sent to Sentry, and a Sentry of our own for development and tests."""
