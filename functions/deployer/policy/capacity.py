"""Rule: nothing that is dear while nobody uses it: reserved capacity is small, machines are of ordinary kinds.

The figures are ours: each is worth about a dollar an hour, and the larger ones are seldom meant by a stranger's
example. Sources: AWS CloudFormation Template Reference (the properties); Amazon EC2 User Guide, "Amazon EC2
instance type naming conventions".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from deployer.policy.values import called
from deployer.policy.walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployer.policy.document import Document
    from deployer.policy.finding import Finding
    from deployer.policy.scope import Scope

_PARAMETER: Final = "AllowedResourceTypes"
MOST: Final = {
    "AllocatedStorage": 1000,
    "CacheClusterSize": 7,
    "DesiredCapacity": 10,
    "DesiredCount": 20,
    "InitialInstanceCount": 5,
    "InstanceCount": 10,
    "Iops": 10_000,
    "MinCapacity": 100,
    "MinSize": 10,
    "NumCacheClusters": 6,
    "NumCacheNodes": 6,
    "NumberOfBrokerNodes": 6,
    "NumberOfNodes": 4,
    "ProvisionedConcurrentExecutions": 100,
    "ReadCapacityUnits": 1000,
    "ShardCount": 50,
    "VolumeSize": 1000,
    "WriteCapacityUnits": 1000,
}
"""By the property's name, wherever it stands in a resource. Storage and caches are in GiB."""
MACHINES: Final = frozenset(
    {
        "CacheNodeType",
        "DBInstanceClass",
        "HostInstanceType",
        "InstanceClass",
        "InstanceType",
        "NodeType",
        "ReplicationInstanceClass",
    }
)
"""Properties that name an instance type, some with a prefix (`db.`, `cache.`, `ml.`) or an ending (`.search`)."""

_NUMBER: Final = re.compile(r"\d{1,15}(?:\.\d{1,5})?", re.ASCII)
_MACHINE: Final = re.compile(
    r"(?:[a-z]+\.)?(?P<family>[a-z]+)-?\d[\da-z-]*\.(?P<size>[\da-z-]+)(?:\.\w+)?", re.ASCII
)
_SIZES: Final = frozenset({"nano", "micro", "small", "medium", "large", "xlarge", "2xlarge"})
_ACCELERATED: Final = frozenset({"dl", "f", "g", "gr", "inf", "mac", "p", "trn", "vt"})


def capacity(document: Document, scope: Scope) -> Iterator[Finding]:
    """Each property that reserves more, or a larger machine."""
    for place, resource in document.resources():
        kind = str(resource.get("Type"))
        if not kind.startswith("AWS::") or scope.allowances.allows_type(kind):
            continue
        for where, node in walk(resource.get("Properties"), place.below("Properties")):
            if where.key not in MOST and where.key not in MACHINES:
                continue
            # A map that is no call has members of its own, which follow.
            texts = [] if isinstance(node, dict) and not called(node) else document.values.texts(node)
            for problem in dict.fromkeys(_problem(where.key, text) for text in texts):
                if problem:
                    yield document.finding(where, f"{kind} {problem}", parameter=_PARAMETER)


def _problem(name: str, text: str) -> str:
    """Why it is refused, or nothing."""
    most = MOST.get(name)
    if most is not None:
        amount = _NUMBER.fullmatch(text.strip())
        return f"reserves {name} {text.strip()}, more than {most}" if amount and float(amount[0]) > most else ""
    machine = _MACHINE.fullmatch(text.strip())
    if machine is None or (machine["size"] in _SIZES and machine["family"] not in _ACCELERATED):
        return ""
    return f"runs on {text.strip()}, which is larger than 2xlarge or has an accelerator"
