/** Values that are sent as JSON. */
export type JsonMessage = string | number | boolean | object | null;

/** Values that are sent as bytes: what `@azure/web-pubsub` takes for a request body. */
export type BinaryMessage =
  | ArrayBuffer
  | ArrayBufferView
  | Blob
  | NodeJS.ReadableStream
  | ReadableStream<Uint8Array>
  | (() => NodeJS.ReadableStream)
  | (() => ReadableStream<Uint8Array>);

/** Everything a hub can send. */
export type HubMessage = JsonMessage | BinaryMessage;
