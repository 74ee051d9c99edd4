"""Answers what an item costs: another function knows."""

import json
import os

import boto3


def handler(event, context):
    payload = json.dumps({"item": event["pathParameters"]["item"]})
    answer = boto3.client("lambda").invoke(FunctionName=os.environ["PRICE_FUNCTION"], Payload=payload)
    price = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        return {"statusCode": 502, "body": json.dumps({"message": "the price is not known"})}
    return {"statusCode": 200, "body": json.dumps(price)}
