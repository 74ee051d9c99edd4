"""The checks: what a sanity test does, one module for each service. Each takes a spec and gives an Outcome."""
