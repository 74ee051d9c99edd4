"""What things cost, printed. Nothing here passes or fails on a time."""
