"""The embedded platform: the whole application on one machine, without an AWS account and without Docker."""
