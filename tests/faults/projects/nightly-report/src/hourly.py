"""Writes a report of the last hour."""

import os
from datetime import datetime, timezone

import boto3


def handler(event, context):
    now = datetime.now(timezone.utc)
    key = f"hourly/{now:%Y-%m-%d-%H}.txt"
    boto3.client("s3").put_object(Bucket=os.environ["REPORTS"], Key=key, Body=f"as of {now}".encode())
    return {"report": key}
