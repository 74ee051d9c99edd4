"""Attacks on the application, each with what must come of it: `make hostile`."""
