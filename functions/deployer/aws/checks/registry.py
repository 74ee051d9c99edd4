"""Every check by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployer.aws.checks import (
    alarms,
    base_paths,
    buckets,
    data_sources,
    destinations,
    environments,
    event_rules,
    event_sources,
    function_urls,
    functions,
    http_apis,
    own_tests,
    permissions,
    presences,
    queues,
    rest_apis,
    routes,
    schedules,
    state_machines,
    tables,
    topics,
    user_pools,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from deployer.sanity.sanity_test import Outcome

CHECKS: Final[dict[str, Callable[[dict[str, Any]], Outcome]]] = {
    **alarms.CHECKS,
    **base_paths.CHECKS,
    **buckets.CHECKS,
    **data_sources.CHECKS,
    **destinations.CHECKS,
    **environments.CHECKS,
    **event_rules.CHECKS,
    **event_sources.CHECKS,
    **function_urls.CHECKS,
    **functions.CHECKS,
    **http_apis.CHECKS,
    **own_tests.CHECKS,
    **permissions.CHECKS,
    **presences.CHECKS,
    **queues.CHECKS,
    **rest_apis.CHECKS,
    **routes.CHECKS,
    **schedules.CHECKS,
    **state_machines.CHECKS,
    **tables.CHECKS,
    **topics.CHECKS,
    **user_pools.CHECKS,
}
