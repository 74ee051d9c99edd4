"""Counts the objects on one shelf of a bucket."""

import os

import boto3


def handler(event, context):
    pages = boto3.client("s3").get_paginator("list_objects_v2")
    shelf = os.environ["SHELF"]
    sizes = [
        item["Size"]
        for page in pages.paginate(Bucket=os.environ["BUCKET_NAME"], Prefix=shelf)
        for item in page.get("Contents", [])
    ]
    return {"shelf": shelf, "objects": len(sizes), "bytes": sum(sizes)}
