"""The stacks that faults are put into: our own, and real ones of a public collection."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from local import repositories

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER: Final = Path(__file__).parent / "projects"
COLLECTION: Final = "aws-samples/serverless-patterns"
# They work as they are: a project that is broken by itself, as by an SDK that its runtime lacks, shows nothing.
REAL: Final = (
    "apigw-http-api-lambda-python",
    "apigw-kinesis-lambda-ddb",
    "apigw-lambda-dynamodb",
    "apigw-lambda-dynamodb-stream-lambda",
    "apigw-sqs-lambda",
    "dynamodb-lambda",
    "eventbridge-lambda",
    "eventbridge-schedule-to-lambda-dlq-sam-python",
    "eventbridge-scheduled-lambda",
    "eventbridge-sns-lambda",
    "lambda-destinations-sam",
    "lambda-function-url",
    "s3-lambda-resizing-python",
    "sfn-sqs",
    "sns-lambda-python-sam",
    "sns-sqs-fanout",
    "sqs-lambda-python-sam",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """One project of a repository."""

    repository: str
    root: str = ""

    @property
    def name(self) -> str:
        return self.root or self.repository.partition("/")[2]


def own(served: Path) -> list[Stack]:
    """The examples, and the projects that were made to have faults; those are published below `served`."""
    folders = sorted(folder for folder in FOLDER.iterdir() if folder.is_dir())
    repositories.publish(folders, served)
    names = [folder.name for folder in (*repositories.examples(), *folders)]
    return [Stack(repository=f"{repositories.OWNER}/{name}") for name in names]


def real(roots: Sequence[str] = REAL) -> list[Stack]:
    return [Stack(repository=COLLECTION, root=root) for root in roots]
