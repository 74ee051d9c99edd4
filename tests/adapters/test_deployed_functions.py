"""A lone function, in the shape that a stack's resources have."""

from __future__ import annotations

from tests.deployed_stack import a_scene
from tests.deployed_things import make_function

from deployer.aws.deployed_functions import function_record
from deployer.sanity import functions


def test_function_without_a_template(aws: None) -> None:
    """Whether it may be throttled to nothing nobody says: that is not held against it."""
    make_function("orders")

    [function] = function_record("orders")["resources"]
    active, *_ = functions.tests(function, a_scene(function))

    assert active["spec"] == {"function": "orders", "mayBeShut": True}
