"""What the voice process takes, known to both of its ends."""

# As large as the largest recording that is fetched.
MOST_BYTES = 64 * 1024 * 1024
TOO_LARGE = f"The sound is larger than {MOST_BYTES // 1024**2} MB."
