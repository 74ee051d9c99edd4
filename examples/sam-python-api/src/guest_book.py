"""A guest book behind a REST API: GET reads the newest entries, POST signs it."""

import json
import os
import time

import boto3
import humanize
from boto3.dynamodb.conditions import Key

BOOK = "main"
TABLE = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])


def handler(event, context):
    if event["httpMethod"] == "POST":
        return sign(event["body"] or "")
    return answer(200, {"entries": newest(20)})


def sign(body):
    try:
        wish = json.loads(body)
        name, text = str(wish["name"]), str(wish["text"])
    except (ValueError, TypeError, KeyError):
        return answer(400, {"message": 'send {"name": ..., "text": ...}'})
    TABLE.put_item(Item={"book": BOOK, "signedAt": time.time_ns(), "name": name[:80], "text": text[:500]})
    return answer(201, {"message": f"thank you, {name[:80]}"})


def newest(limit):
    items = TABLE.query(KeyConditionExpression=Key("book").eq(BOOK), ScanIndexForward=False, Limit=limit)["Items"]
    return [{"name": item["name"], "text": item["text"], "signed": age(item["signedAt"])} for item in items]


def age(signed_at):
    """`3 minutes ago`: people do not read nanoseconds."""
    return humanize.naturaltime((time.time_ns() - int(signed_at)) / 1e9)


def answer(status, body):
    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": json.dumps(body)}
