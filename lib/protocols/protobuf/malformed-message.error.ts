/** A client's message that the protocol does not allow; the protocol knows what to tell the client. */
export class MalformedMessageError extends Error {
  override readonly name = 'MalformedMessageError';
}
