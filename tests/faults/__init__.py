"""How many faults the sanity tests catch, and how often they cry wolf: `make faults`."""
