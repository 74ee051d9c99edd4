const { DynamoDBClient, GetItemCommand } = require("@aws-sdk/client-dynamodb");

const client = new DynamoDBClient({});

exports.handler = async (event) => {
  const name = (event.rawPath ?? "/").slice(1) || "home";
  const { Item } = await client.send(
    new GetItemCommand({ TableName: process.env.LINKS, Key: { name: { S: name } } }),
  );
  return Item
    ? { statusCode: 302, headers: { location: Item.target.S } }
    : { statusCode: 404, body: `there is no link ${name}` };
};
