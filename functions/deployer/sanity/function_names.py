"""Which function of a deployment a text means: its name or ARN, with a qualifier, inside an integration's URI.

Sources: "Lambda function ARN" formats of the Invoke API reference; x-amazon-apigateway-integration, `uri`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from deployer.sanity.deployed import Deployed, DeployedResource

_URI: Final = re.compile(r":lambda:path/[\d-]+/functions/(.+?)/(?:invocations|response-streaming-invocations)$")
_ARN: Final = re.compile(r"^(?:arn:[\w-]+:lambda:([\w-]+):)?(\d{12}):function:([\w-]+)")
_QUALIFIED: Final = re.compile(r"^([\w-]+):[\w$-]+$")
_FUNCTION: Final = "AWS::Lambda::Function"
_OF_A_FUNCTION: Final = ("AWS::Lambda::Alias", "AWS::Lambda::Version")


def function_of(value: Any, deployed: Deployed) -> DeployedResource | None:
    """The AWS::Lambda::Function that the value names; None when it names none of this deployment."""
    if not isinstance(value, str):
        return None
    text = found[1] if (found := _URI.search(value)) else value
    named = deployed.named(text, _FUNCTION, *_OF_A_FUNCTION)
    if named and named["type"] in _OF_A_FUNCTION:
        return function_of(named["properties"].get("FunctionName"), deployed)
    return named or deployed.named(_unqualified(text, deployed), _FUNCTION)


def _unqualified(text: str, deployed: Deployed) -> str | None:
    """The name alone; None for what is of another account or region."""
    if qualified := _QUALIFIED.match(text):
        return qualified[1]
    found, place = _ARN.match(text), deployed.place
    is_here = found and (found[1] or place.region, found[2]) == (place.region, place.account_id)
    return found[3] if found and is_here else None


def is_meant(function: DeployedResource, value: Any, deployed: Deployed) -> bool:
    """The value names this function."""
    named = function_of(value, deployed)
    return named is not None and named["logicalId"] == function["logicalId"]
