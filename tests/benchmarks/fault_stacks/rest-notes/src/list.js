import { DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";

const client = new DynamoDBClient({});

export const handler = async () => {
  const { Items = [] } = await client.send(new ScanCommand({ TableName: process.env.NOTES_TABLE, Limit: 50 }));
  return { statusCode: 200, body: JSON.stringify(Items.map((item) => ({ id: item.id.S, text: item.text?.S }))) };
};
