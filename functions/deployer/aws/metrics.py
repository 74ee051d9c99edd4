"""What is counted in CloudWatch, by lines in the log that it reads (its embedded metric format)."""

from __future__ import annotations

from typing import Final

from aws_lambda_powertools.metrics import MetricUnit, single_metric

NAMESPACE: Final = "GitHubLambdaDeployer"
REFUSED_DELIVERIES: Final = "RefusedDeliveries"


def count_refused_delivery(code: str, stack_id: str) -> None:
    """One more request to the webhook that deployed nothing. `code` is an error's class: nobody else's text."""
    dimensions = {"StackName": stack_id.split("/")[1], "Code": code}
    with single_metric(
        REFUSED_DELIVERIES, MetricUnit.Count, 1, namespace=NAMESPACE, default_dimensions=dimensions
    ):
        pass
