"""Installs the application in an AWS account, and removes it: what `make images`, `deploy` and `uninstall` run."""
