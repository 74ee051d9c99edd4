"""Sanity tests: what is asked of a deployed thing, and how it went."""
