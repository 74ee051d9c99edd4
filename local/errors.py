"""What stops a local run: each message says what the person can do."""

from __future__ import annotations


class LocalError(Exception):
    """The root: something on this machine keeps the application from running here."""


class PortInUse(LocalError): ...


class AddressUnusable(LocalError):
    """It is none of this machine's, or the port is reserved."""


class ProgramMissing(LocalError): ...


class PlatformFailed(LocalError): ...


class ApplicationFailed(LocalError):
    """The application's own stack could not be made."""
