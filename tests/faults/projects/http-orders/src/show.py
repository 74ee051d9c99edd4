"""Shows one order, or all of them."""

import json
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["ORDER_TABLE"])


def handler(event, context):
    order_id = (event.get("pathParameters") or {}).get("id")
    if order_id is None:
        return answer(200, [item["id"] for item in table.scan(Limit=100)["Items"]])
    item = table.get_item(Key={"id": order_id}).get("Item")
    return (
        answer(200, {"id": item["id"], "item": item["item"]})
        if item
        else answer(404, {"message": "no such order"})
    )


def answer(status, body):
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": json.dumps(body)}
