"""What the HTTP API says, and how it reads what it is told; `functions/api.py` has the routes."""
