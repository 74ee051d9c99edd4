"""Takes one piece of each item out of the stock."""

import os

import boto3

stock = boto3.resource("dynamodb").Table(os.environ["STOCK"])


def handler(event, context):
    reserved = []
    for item in event.get("items", []):
        stock.update_item(
            Key={"item": item}, UpdateExpression="ADD reserved :one", ExpressionAttributeValues={":one": 1}
        )
        reserved.append(item)
    return {"reserved": reserved, "table": stock.table_status}
