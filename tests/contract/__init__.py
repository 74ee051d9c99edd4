"""The API against what its OpenAPI document says, by whatever callers may send: `make contract`."""
