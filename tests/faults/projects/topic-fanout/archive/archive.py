"""Archives each message of the queue; those that cannot be archived come again."""

import os

import boto3
from botocore.exceptions import ClientError

s3 = boto3.client("s3")
BUCKET = os.environ["ARCHIVE"]


def handler(event, context):
    failures = []
    for record in event["Records"]:
        try:
            s3.put_object(Bucket=BUCKET, Key=f"news/{record['messageId']}.json", Body=record["body"].encode())
        except ClientError as error:
            print("not archived:", record["messageId"], error)
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
