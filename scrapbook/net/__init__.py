"""HTTP, and what makes calls to other servers robust."""
