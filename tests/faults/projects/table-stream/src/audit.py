"""Writes down who changed, and how."""

import os

import boto3

trail = boto3.resource("dynamodb").Table(os.environ["TRAIL_TABLE"])


def handler(event, context):
    with trail.batch_writer() as batch:
        for record in event["Records"]:
            change = record["dynamodb"]
            account = next(iter(change["Keys"].values()))["S"]
            batch.put_item(
                Item={"account": account, "sequence": change["SequenceNumber"], "kind": record["eventName"]}
            )
