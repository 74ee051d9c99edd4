const { DynamoDBClient, GetItemCommand } = require("@aws-sdk/client-dynamodb");

const client = new DynamoDBClient({});

exports.handler = async (event) => {
  const { id } = event.pathParameters;
  const { Item } = await client.send(new GetItemCommand({ TableName: process.env.NOTES_TABLE, Key: { id: { S: id } } }));
  if (!Item) {
    return { statusCode: 404, body: JSON.stringify({ message: "no such note" }) };
  }
  return { statusCode: 200, body: JSON.stringify({ id, text: Item.text?.S }) };
};
