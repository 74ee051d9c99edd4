const { DynamoDBClient, ScanCommand } = require("@aws-sdk/client-dynamodb");

const client = new DynamoDBClient({});

exports.handler = async () => {
  const { Items = [] } = await client.send(new ScanCommand({ TableName: process.env.NOTES_TABLE, Limit: 50 }));
  return { statusCode: 200, body: JSON.stringify(Items.map((item) => ({ id: item.id.S, text: item.text?.S }))) };
};
