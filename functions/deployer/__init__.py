"""What a deployment is: the domain, grouped by noun, and the adapters to the outside things it needs."""
