import { readFileSync } from 'node:fs';

type Json = string | number | boolean | { readonly [member: string]: Json };

/** A whole message: its bytes, and its fields by the names they have in the service's schema. */
export interface ProtobufVector {
  readonly name: string;
  readonly hex: string;
  readonly message: { readonly [kind: string]: { readonly [field: string]: Json } };
}

export interface ProtobufVectors {
  readonly upstream: readonly ProtobufVector[];
  readonly upstreamInvalid: readonly Omit<ProtobufVector, 'message'>[];
  readonly downstream: readonly ProtobufVector[];
}

const FILE = new URL('../vectors/protobuf.vectors.json', import.meta.url);

export const protobufVectors = JSON.parse(readFileSync(FILE, 'utf8')) as ProtobufVectors;
