"""Messages on any channel, addresses, and the interfaces that a channel implements."""
