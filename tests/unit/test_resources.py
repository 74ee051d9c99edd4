"""What the template says of table, bucket and network, and the emulator drops."""

from __future__ import annotations

from tests.unit import application


def test_session_table() -> None:
    """Encrypted, restorable to any second, streaming, forgetting, and paid by use."""
    table = application.resources("AWS::DynamoDB::Table")["SessionTable"]

    assert table["SSESpecification"] == {"SSEEnabled": True}
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
    assert bucket["BucketEncryption"]
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
