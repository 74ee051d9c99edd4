"use strict";
// What Lambda's Node.js runtime gives to handlers that stream their answer, and the emulator does not: `awslambda`.
// The stream is collected, and is the answer. Source: "Response streaming for Lambda functions", Lambda Developer Guide.
const { PassThrough } = require("node:stream");

class HttpResponseStream {
  static from(stream, metadata) {
    stream.metadata = metadata;
    return stream;
  }
}

function streamifyResponse(handler) {
  return async (event, context) => {
    const stream = new PassThrough();
    stream.setContentType = (type) => {
      stream.metadata = { headers: { "content-type": type } };
    };
    const collected = collect(stream);
    await handler(event, stream, context);
    stream.end();
    const body = await collected;
    return stream.metadata ? { statusCode: 200, ...stream.metadata, body } : body;
  };
}

async function collect(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}

globalThis.awslambda = { streamifyResponse, HttpResponseStream };
