"""Publishes what it is given."""

import json
import os

import boto3


def handler(event, context):
    answer = boto3.client("sns").publish(TopicArn=os.environ["TOPIC_ARN"], Message=json.dumps(event))
    return {"messageId": answer["MessageId"]}
