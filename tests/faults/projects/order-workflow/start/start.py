"""Starts a checkout."""

import json
import os

import boto3


def handler(event, context):
    order = json.loads(event.get("body") or "{}")
    answer = boto3.client("stepfunctions").start_execution(
        stateMachineArn=os.environ["CHECKOUT"], input=json.dumps({"items": order.get("items", [])})
    )
    return {"statusCode": 202, "body": json.dumps({"execution": answer["executionArn"]})}
