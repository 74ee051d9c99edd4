"""What a deployment is: the domain, and the adapters to the outside things it needs."""
