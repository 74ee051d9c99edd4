"""What the template says of table, bucket and network, and the emulator drops."""

from __future__ import annotations

from typing import Any

from tests.unit import application

KEY = "arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000000"


def _in(value: Any, **parameters: str) -> Any:
    """The value with these parameters."""
    return application.resolve(value, application.conditions(parameters))


def test_logs_are_encrypted_with_the_key() -> None:
    """Every log group of ours is, where a key is given."""
    groups = application.resources("AWS::Logs::LogGroup")

    assert {str(_in(group["KmsKeyId"], KmsKeyArn=KEY)) for group in groups.values()} == {"{'Ref': 'KmsKeyArn'}"}


def test_everybody_who_reads_may_use_the_key() -> None:
    """Each function, what signs for containers, and CloudFormation; through the table and the bucket alone."""
    policy = application.resources("AWS::IAM::ManagedPolicy")["KeyPolicy"]
    wanted = {*(f"{name}Role" for name in application.FUNCTIONS), "WorkerRole", "CloudFormationRole"}

    assert {role["Ref"] for role in policy["Roles"]} == wanted
    [statement] = policy["PolicyDocument"]["Statement"]
    assert "kms:ViaService" in statement["Condition"]["StringEquals"]


def test_session_table() -> None:
    """Encrypted, restorable to any second, streaming, forgetting, and paid by use."""
    table = application.resources("AWS::DynamoDB::Table")["SessionTable"]

    assert _in(table["SSESpecification"]) == {"SSEEnabled": True}
    assert _in(table["SSESpecification"], KmsKeyArn=KEY)["KMSMasterKeyId"] == {"Ref": "KmsKeyArn"}
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expiresAt", "Enabled": True}
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["StreamSpecification"]


def test_indexes_are_small() -> None:
    """Each index has a page's attributes, not the whole head, and never its own keys twice."""
    indexes = application.resources("AWS::DynamoDB::Table")["SessionTable"]["GlobalSecondaryIndexes"]

    for index in indexes:
        keys = {key["AttributeName"] for key in index["KeySchema"]}
        others = index["Projection"].get("NonKeyAttributes", [])
        assert index["Projection"]["ProjectionType"] in {"INCLUDE", "KEYS_ONLY"}
        assert keys.isdisjoint(others)
        assert len(others) <= 20  # DynamoDB's limit for one index
        assert "request" not in others


def test_artifact_bucket() -> None:
    """Private, versioned, encrypted; sessions and what is known of builds expire after a week, packages never."""
    bucket = application.resources("AWS::S3::Bucket")["ArtifactBucket"]
    rules = bucket["LifecycleConfiguration"]["Rules"]

    assert all(bucket["PublicAccessBlockConfiguration"].values())
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    [rule] = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    encrypted = rule["ServerSideEncryptionByDefault"]
    assert _in(encrypted) == {"SSEAlgorithm": "AES256"}
    assert _in(encrypted, KmsKeyArn=KEY) == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": {"Ref": "KmsKeyArn"}}
    assert {r["Prefix"]: r["ExpirationInDays"] for r in rules if "ExpirationInDays" in r} == {
        "sessions/": 7,
        "sources/": 6,
        "builds/": 7,
    }
    assert {"NoncurrentDays": 1} in [rule.get("NoncurrentVersionExpiration") for rule in rules]
    assert {"DaysAfterInitiation": 1} in [rule.get("AbortIncompleteMultipartUpload") for rule in rules]


def test_bucket_takes_tls_alone() -> None:
    """Whoever asks without TLS is refused, whatever else it may do."""
    policy = application.resources("AWS::S3::BucketPolicy")["ArtifactBucketPolicy"]["PolicyDocument"]
    [statement] = policy["Statement"]

    assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": False}}


def test_nothing_costs_while_idle() -> None:
    """No NAT gateway, interface endpoint, running service, alarm or own key is among the resources."""
    kinds = {each["Type"] for each in application.expanded()["Resources"].values()}
    endpoints = application.resources("AWS::EC2::VPCEndpoint").values()

    assert kinds.isdisjoint(
        {
            "AWS::CloudWatch::Alarm",
            "AWS::EC2::EIP",
            "AWS::EC2::Instance",
            "AWS::EC2::NatGateway",
            "AWS::ECS::Service",
            "AWS::KMS::Key",
            "AWS::SecretsManager::Secret",
        }
    )
    assert all(endpoint["VpcEndpointType"] == "Gateway" for endpoint in endpoints)


def test_container_is_not_reachable() -> None:
    """Its security group lets nothing in, and HTTPS alone out."""
    group = application.resources("AWS::EC2::SecurityGroup")["TaskSecurityGroup"]

    assert "SecurityGroupIngress" not in group
    assert [(rule["FromPort"], rule["ToPort"]) for rule in group["SecurityGroupEgress"]] == [(443, 443)]
