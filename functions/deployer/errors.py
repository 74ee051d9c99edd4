"""Every error that a caller can meet, as one tree. A class's name is public: it is the state machine's
error name, the API's `code`, and a heading in docs/errors.md.

DeployerError
├── RequestError                what the caller sent is wrong by itself
│   ├── RequestInvalid          a field is missing, unknown or malformed; `problems` lists each
│   ├── RequestTooLarge
│   ├── PageTokenInvalid
│   ├── IdempotencyKeyReused    the same key came with another body
│   ├── DeliveryInvalid         a webhook's request that GitHub did not sign
│   ├── EventRefused            a webhook's event that deploys nothing
│   ├── RouteNotFound
│   ├── MethodNotAllowed
│   ├── SessionNotFound
│   ├── SessionNotSettled       it is still running
│   └── NothingToRemove         the session has no stack
├── QuotaExceeded               too many sessions at once, or today
├── SourceError                 what the caller named is not there, or cannot be fetched
│   ├── RepositoryNotFound      it does not exist, or it is private
│   ├── RepositoryMoved
│   ├── RepositoryEmpty
│   ├── BranchNotFound
│   ├── CommitNotFound
│   ├── GitHubUnavailable       worth a retry
│   ├── ProjectRootNotFound
│   ├── RepositoryTooLarge
│   ├── PathUnsafe              a path or link in the repository leads outside of it
│   ├── CloneFailed
│   └── CloneTimedOut
├── ProjectError                the repository holds nothing that can be deployed as it is
│   ├── ProjectNotFound
│   ├── SeveralProjects
│   ├── ProjectUnsupported      recognised by name: Terraform, Pulumi, ...
│   ├── ContextMissing          an AWS CDK app looks something up in an account
│   ├── EnvironmentUnsupported  an AWS CDK stack is for another account or region
│   ├── TemplateNotFound
│   ├── TemplateInvalid         no YAML, no Resources, or over one of CloudFormation's limits
│   ├── TransformUnsupported
│   ├── TemplateNotAllowed      it holds what strangers' templates may not; `errors` of a session lists each
│   ├── SourceMissing           the template refers to a path that is not there
│   ├── HandlerNotFound
│   ├── RuntimeUnsupported
│   └── SanityTestsInvalid      the repository's sanity-tests.yaml; the message lists what is wrong in it
├── PackageError                the project could not be turned into packages
│   ├── BuildFailed
│   ├── BuildTimedOut
│   ├── PackageTooLarge
│   ├── ArtifactMissing         an object that an earlier state left is gone
│   └── ArtifactInvalid         what a container left is not what it was asked for
├── StackError                  CloudFormation could not, or may not, do it
│   ├── ParametersMissing
│   ├── ParametersInvalid
│   ├── StackNotOurs            a stack of that name exists and was not made here
│   ├── StackLocked             another session is changing it
│   ├── StackNotReady           its status allows no change
│   ├── PhysicalNameTaken       the template names something that exists; `errors` of a session lists each
│   ├── StackBeingCleared       what a failed first create left is being removed; worth a retry
│   ├── CloudFormationUnavailable   it asks to go slower, or does not answer; worth a retry
│   ├── ChangeSetFailed
│   ├── StackFailed
│   ├── StackTimedOut
│   └── StackGone
├── SanityError                 what is deployed cannot be tested, or does not work
│   ├── TargetNotFound          there is no stack or function of that name
│   ├── TargetOutOfScope        it is not one that may be tested
│   ├── TargetNotReady          it is still moving, or it failed
│   ├── NothingSelected         include and exclude leave no test
│   ├── NothingTested           every test was skipped
│   └── SanityTestsFailed
├── WorkerStopped               a container ended without a report
├── SessionTimedOut             the execution ran into its time limit
├── SessionCancelled            the execution was stopped from outside
├── SettingMissing              this application was deployed without a setting it needs
└── InternalError               ours: anything that is none of the above
"""

from __future__ import annotations

from typing import ClassVar

from deployer.log_text import clean


class DeployerError(Exception):
    """The root. `hint` says what the person can do when the message alone does not.

    The message is made harmless at once: a function's error stands in its execution's history, and in its log.
    """

    hint: ClassVar[str] = ""

    def __init__(self, message: str) -> None:
        self.message = clean(message)
        super().__init__(self.message)

    @property
    def code(self) -> str:
        return type(self).__name__


class RequestError(DeployerError): ...


class RequestInvalid(RequestError):
    """`problems` maps a field (dotted where nested) to what is wrong with it."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {problem}" for field, problem in problems.items()))
        self.problems = problems


class RequestTooLarge(RequestError): ...


class PageTokenInvalid(RequestError):
    hint = "Take nextToken from the previous answer, with the same filters, or leave it out to start again."


class IdempotencyKeyReused(RequestError):
    hint = "Use a new Idempotency-Key for a new request."


class DeliveryInvalid(RequestError):
    hint = "Give the webhook the secret that WebhookSecretArn names, and the content type application/json."


class EventRefused(RequestError):
    hint = "Send push events alone, of the repositories and branches that WebhookBranches names."


class RouteNotFound(RequestError):
    hint = "GET /openapi.json lists the routes."


class MethodNotAllowed(RequestError):
    hint = "GET /openapi.json lists the routes and their methods."


class SessionNotFound(RequestError): ...


class SessionNotSettled(RequestError):
    hint = "Wait until its status is success or failed, or stop its execution first."


class NothingToRemove(RequestError): ...


class QuotaExceeded(DeployerError):
    hint = "Wait, or raise MaxRunningSessions or MaxSessionsPerDay of this application."


class SourceError(DeployerError): ...


class RepositoryNotFound(SourceError):
    hint = "Check owner and name. Private repositories are read if this application's owner names them."


class RepositoryMoved(SourceError):
    hint = "Ask again with the repository's new name."


class RepositoryEmpty(SourceError):
    hint = "Push a commit first."


class BranchNotFound(SourceError): ...


class CommitNotFound(SourceError):
    hint = "Give the full 40 digits of a commit that the repository has."


class GitHubUnavailable(SourceError):
    hint = "Try again in a few minutes."


class ProjectRootNotFound(SourceError): ...


class RepositoryTooLarge(SourceError):
    hint = "Give projectRoot, so that only that folder is fetched."


class PathUnsafe(SourceError): ...


class CloneFailed(SourceError): ...


class CloneTimedOut(SourceError):
    hint = "Try again, or give projectRoot, so that only that folder is fetched."


class ProjectError(DeployerError): ...


class ProjectNotFound(ProjectError):
    hint = "Give projectRoot or template."


class SeveralProjects(ProjectError):
    hint = "Give projectRoot to say which one is meant."


class ProjectUnsupported(ProjectError):
    hint = "Deploy a SAM or CloudFormation template, an AWS CDK app, or a folder with a Lambda handler."


class ContextMissing(ProjectError):
    hint = "Run `cdk synth` where that account can be read, and commit the cdk.context.json that it writes."


class EnvironmentUnsupported(ProjectError):
    hint = "Leave `env` out of the stack, or take it from CDK_DEFAULT_ACCOUNT and CDK_DEFAULT_REGION."


class TemplateNotFound(ProjectError): ...


class TemplateInvalid(ProjectError): ...


class TransformUnsupported(ProjectError):
    hint = "AWS::Serverless-2016-10-31 and AWS::LanguageExtensions are supported."


class TemplateNotAllowed(ProjectError):
    """Lists what is not allowed, as `field: problem` with "; " between; a long list is cut and says so."""

    hint = "Change the template, or ask this application's owner for the parameter that is named."

    @classmethod
    def of(cls, findings: list[str]) -> TemplateNotAllowed:
        """One error for all of them, each `field: problem` without another "; "."""
        return cls(_listed("not allowed", findings))


class SourceMissing(ProjectError):
    hint = "Add the path to the repository, or correct the template. Letter case counts."


class HandlerNotFound(ProjectError): ...


class RuntimeUnsupported(ProjectError): ...


class SanityTestsInvalid(ProjectError):
    hint = "docs/sanity-tests.md has every field of sanity-tests.yaml."


class PackageError(DeployerError): ...


class BuildFailed(PackageError):
    hint = "The last lines of the build's output are in the session's logs."


class BuildTimedOut(PackageError):
    hint = "Make the build shorter, or raise BuildTimeoutSeconds of this application."


class PackageTooLarge(PackageError):
    hint = "Lambda takes 250 MB unpacked: leave out what the function does not need."


class ArtifactMissing(PackageError):
    hint = "Sources are kept for seven days: start a new deployment."


class ArtifactInvalid(PackageError): ...


class StackError(DeployerError): ...


class ParametersMissing(StackError):
    hint = "Give each of them in `parameters`."


class ParametersInvalid(StackError): ...


class StackNotOurs(StackError):
    hint = "Give another stackName. Only stacks that this application made are changed."


class StackLocked(StackError):
    hint = "Wait until that session has settled, or give another stackName."


class StackNotReady(StackError): ...


class PhysicalNameTaken(StackError):
    """Lists the names that are taken, as `field: problem` with "; " between; a long list is cut and says so."""

    hint = (
        "Change the name or leave it out, so that CloudFormation makes one up. "
        "Or delete what has it, or deploy to the stack that has it."
    )

    @classmethod
    def of(cls, findings: list[str]) -> PhysicalNameTaken:
        """One error for all of them, each `field: problem` without another "; "."""
        return cls(_listed("taken", findings))


class StackBeingCleared(StackError):
    hint = "Try again when CloudFormation has removed the stack."


class CloudFormationUnavailable(StackError):
    hint = "Try again in a few minutes."


class ChangeSetFailed(StackError): ...


class StackFailed(StackError):
    """`resource` is the logical id that failed first; the message begins with it."""

    hint = "The stack's events are in the session's logs."

    @staticmethod
    def resource_of(message: str) -> str | None:
        """The logical id that a message of this class begins with."""
        resource, colon, _ = message.partition(": ")
        return resource if colon and resource.isalnum() else None


class StackTimedOut(StackError):
    hint = "Raise StackTimeoutMinutes of this application if the stack needs longer."


class StackGone(StackError):
    hint = "Somebody removed the stack meanwhile. Start a new deployment."


class SanityError(DeployerError): ...


class TargetNotFound(SanityError):
    hint = "Give a stackName or functionName of this account and region, or the sessionId of a deployment."


class TargetOutOfScope(SanityError):
    hint = "Deploy the stack with this application, or set TestScope to `account`."


class TargetNotReady(SanityError):
    hint = "Test it when its status is CREATE_COMPLETE or UPDATE_COMPLETE."


class NothingSelected(SanityError):
    hint = "Name logical ids or resource types of the stack in include and exclude, or leave them out."


class NothingTested(SanityError):
    hint = "Each test result says why it was skipped."


class SanityTestsFailed(SanityError):
    hint = "GET /test-status/{sessionId} has each test's result."


class WorkerStopped(DeployerError):
    hint = "Try again. If it stays so, look at the task in the ECS console: it may lack memory or its image."


class SessionTimedOut(DeployerError): ...


class SessionCancelled(DeployerError): ...


class SettingMissing(DeployerError):
    hint = "Deploy this application again from its own template."


class InternalError(DeployerError):
    hint = "Try again. If it stays so, the execution's history and the function's log say more."


_MOST_LISTED = 15


def _listed(what: str, findings: list[str]) -> str:
    more = len(findings) - _MOST_LISTED
    rest = [f"and {more} more"] if more > 0 else []
    return f"{what}: {'; '.join([*findings[:_MOST_LISTED], *rest])}"


def errors_of(message: str) -> list[dict[str, str]]:
    """`field` and `problem` of each finding that a message lists (TemplateNotAllowed, PhysicalNameTaken)."""
    _, _, findings = message.partition(": ")
    parts = (part.partition(": ") for part in findings.split("; "))
    return [{"field": field, "problem": problem} for field, colon, problem in parts if colon]


def error_class(code: str) -> type[DeployerError]:
    """The class of that name; InternalError for a name that is none of ours."""
    return _BY_CODE.get(code, InternalError)


def _tree(root: type[DeployerError]) -> list[type[DeployerError]]:
    return [root, *(below for child in root.__subclasses__() for below in _tree(child))]


_BY_CODE = {cls.__name__: cls for cls in _tree(DeployerError)}
