"""Why an installation cannot go on. The message says what the person can do."""

from __future__ import annotations


class InstallError(Exception):
    """The root; its message is printed, without a stack trace."""


class ToolMissing(InstallError): ...


class CommandFailed(InstallError): ...


class AccountUnreachable(InstallError): ...


class SettingsInvalid(InstallError): ...


class StackMissing(InstallError): ...


class StackUnusable(InstallError): ...


class RemovalFailed(InstallError): ...


class NotConfirmed(InstallError): ...
