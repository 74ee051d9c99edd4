"""Describes each object that arrived."""

import json
import os
from urllib.parse import unquote_plus

import boto3

s3 = boto3.client("s3")


def handler(event, context):
    described = []
    for record in event["Records"]:
        key = unquote_plus(record["s3"]["object"]["key"])
        entry = {
            "bucket": record["s3"]["bucket"]["name"],
            "key": key,
            "size": record["s3"]["object"].get("size", 0),
        }
        s3.put_object(Bucket=os.environ["INDEX_BUCKET"], Key=f"{key}.json", Body=json.dumps(entry).encode())
        described.append(key)
    return described
