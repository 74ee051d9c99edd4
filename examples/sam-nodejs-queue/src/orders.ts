// Reads orders from a queue. Those it cannot read are named in the answer, so that they alone come again.
import ms from "ms";

interface QueueRecord {
  messageId: string;
  body: string;
}

interface Order {
  item: string;
  within: string; // a time as people write it: "2 days", "90 min"
}

export const handler = async (event: { Records: QueueRecord[] }) => {
  const failures = event.Records.filter((record) => !accept(record));
  return { batchItemFailures: failures.map(({ messageId }) => ({ itemIdentifier: messageId })) };
};

function accept({ messageId, body }: QueueRecord): boolean {
  try {
    const order = read(body);
    console.log(JSON.stringify({ messageId, item: order.item, dueAt: dueAt(order.within) }));
    return true;
  } catch (error) {
    console.warn(JSON.stringify({ messageId, problem: String(error) }));
    return false;
  }
}

function read(body: string): Order {
  const { item, within } = JSON.parse(body);
  if (typeof item !== "string" || typeof within !== "string") {
    throw new TypeError("an order has an item and a time");
  }
  return { item, within };
}

function dueAt(within: string): string {
  const milliseconds = ms(within);
  if (milliseconds === undefined) {
    throw new RangeError(`${within} is no time`);
  }
  return new Date(Date.now() + milliseconds).toISOString();
}
