const { DynamoDBClient, PutItemCommand } = require("@aws-sdk/client-dynamodb");

const client = new DynamoDBClient({});

exports.handler = async (event) => {
  const id = String(event.detail?.id ?? event.id);
  await client.send(
    new PutItemCommand({ TableName: process.env.SHIPMENT_TABLE, Item: { id: { S: id }, at: { S: event.time } } }),
  );
  return { id };
};
