"""Work on files that nobody vouches for, in a process that the system limits."""
