const { randomUUID } = require("node:crypto");
const { DynamoDBClient, PutItemCommand } = require("@aws-sdk/client-dynamodb");

const client = new DynamoDBClient({});

exports.handler = async (event) => {
  const { text } = JSON.parse(event.body ?? "{}");
  if (!text) {
    return { statusCode: 400, body: JSON.stringify({ message: "a note has a text" }) };
  }
  const id = randomUUID();
  await client.send(new PutItemCommand({ TableName: process.env.NOTES_TABLE, Item: { id: { S: id }, text: { S: text } } }));
  return { statusCode: 201, body: JSON.stringify({ id }) };
};
