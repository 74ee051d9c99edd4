"""Says how many reports the day had."""

import os

import boto3


def handler(event, context):
    found = boto3.client("s3").list_objects_v2(Bucket=os.environ["REPORTS"], Prefix="hourly/")
    count = found["KeyCount"]
    boto3.client("sns").publish(TopicArn=os.environ["MAIL_TOPIC"], Message=f"{count} reports")
    return {"reports": count}
