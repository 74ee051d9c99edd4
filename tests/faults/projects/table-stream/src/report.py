"""How many changes of each kind there were."""

import os

import boto3
from boto3.dynamodb.conditions import Key


def handler(event, context):
    trail = boto3.resource("dynamodb").Table(os.environ["TRAIL_TABLE"])
    return {
        kind: trail.query(
            IndexName=os.environ["INDEX"], KeyConditionExpression=Key("kind").eq(kind), Select="COUNT"
        )["Count"]
        for kind in ("INSERT", "MODIFY", "REMOVE")
    }
