"""What is asked of a Cognito user pool."""

from __future__ import annotations

from tests.deployed_stack import a_function, a_resource, a_scene, arn

from deployer.sanity.user_pool import tests as generated

FUNCTION = arn("lambda", "function:orders")


def test_pool_with_triggers() -> None:
    """Each trigger is an edge, in both of its forms."""
    triggers = {
        "PreSignUp": FUNCTION,
        "PreTokenGenerationConfig": {"LambdaArn": FUNCTION, "LambdaVersion": "V2_0"},
        "KMSKeyID": arn("kms", "key/0123"),
    }
    pool = a_resource("Cognito::UserPool", "Users", "us-east-1_x", LambdaConfig=triggers)

    names = [test["name"] for test in generated(pool, a_scene(pool, a_function()))]

    assert names == [
        "Users exists",
        "Users calls Orders for PreSignUp",
        "Users calls Orders for PreTokenGenerationConfig",
    ]


def test_client() -> None:
    """It is looked for in its pool; where the pool is not known, the test says so."""
    known = a_resource("Cognito::UserPoolClient", "Web", "client", UserPoolId="us-east-1_x")
    unknown = a_resource("Cognito::UserPoolClient", "Web", "client", UserPoolId=None)

    assert next(generated(known, a_scene(known)))["spec"] == {"pool": "us-east-1_x", "client": "client"}
    assert next(generated(unknown, a_scene(unknown)))["skip"]
