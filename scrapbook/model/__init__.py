"""Frozen values that several rooms share."""
