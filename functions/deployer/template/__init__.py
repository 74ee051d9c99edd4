"""Templates: read as hostile text, checked, and expanded."""
