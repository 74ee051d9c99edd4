"""Says on the bus that something was shipped."""

import json
import os

import boto3


def handler(event, context):
    answer = boto3.client("events").put_events(
        Entries=[
            {
                "EventBusName": os.environ["BUS_NAME"],
                "Source": "shop.shipping",
                "DetailType": "Shipped",
                "Detail": json.dumps({"id": event.get("id", "none")}),
            }
        ]
    )
    if answer["FailedEntryCount"]:
        raise RuntimeError(f"the bus took nothing: {answer['Entries']}")
    return answer["Entries"][0]["EventId"]
