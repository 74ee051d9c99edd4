"""The keys of the index."""

import os

import boto3


def handler(event, context):
    answer = boto3.client("s3").list_objects_v2(Bucket=os.environ["INDEX_BUCKET"], MaxKeys=100)
    return [item["Key"] for item in answer.get("Contents", [])]
