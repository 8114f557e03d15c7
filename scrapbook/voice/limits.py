"""What the voice process accepts; its client and its server both check it."""

# The size of the largest recording that the Twilio channel downloads.
MAX_BYTES = 64 * 1024 * 1024
TOO_LARGE = f"The audio is larger than {MAX_BYTES // 1024**2} MB."
