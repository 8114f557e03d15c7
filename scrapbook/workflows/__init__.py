"""What happens to a message, and when."""
