"""Takes an order: it goes into the queue."""

import json
import os
import uuid

import boto3

sqs = boto3.client("sqs")


def handler(event, context):
    order = json.loads(event.get("body") or "{}")
    if "item" not in order:
        return {"statusCode": 400, "body": "an order has an item"}
    order["id"] = str(uuid.uuid4())
    sqs.send_message(QueueUrl=os.environ["QUEUE_URL"], MessageBody=json.dumps(order))
    return {"statusCode": 202, "body": json.dumps({"id": order["id"]})}
