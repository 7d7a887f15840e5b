import { type TypedArray } from "../backend.js";
import { type DType, type Shape } from "../ir.js";
import { ProtoWriter } from "./protobuf.js";

/** Field numbers and enum values of onnx.proto, IR version 10. */
export const elementType: Readonly<Record<DType, number>> = { f32: 1, i32: 6, i64: 7, bool: 9 };

const attributeType = { float: 1, int: 2, text: 3, tensor: 4, ints: 7 } as const;

/** An attribute of an ONNX node; a bare number is an integer. */
export type Attribute = number | string | readonly number[] | { readonly float: number } | { readonly tensor: ProtoWriter };
export type Attributes = Readonly<Record<string, Attribute>>;

/** A size that is fixed, or the name of one that each run decides. */
export type Dimension = number | string;

export interface OnnxNode {
  readonly type: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  /** An empty name stands for an optional output that is not wanted. */
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

/** TensorProto with its elements as raw little-endian bytes, which is how typed arrays lie in memory on every platform of Node. */
export function tensorMessage(name: string, dtype: DType, shape: Shape, data: TypedArray): ProtoWriter {
  const message = new ProtoWriter().ints(1, shape).int(2, elementType[dtype]);
  if (name !== "") message.text(8, name);
  return message.bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

/** ValueInfoProto of a tensor. */
export function valueInfoMessage(name: string, dtype: DType, dimensions: readonly Dimension[]): ProtoWriter {
  const shape = new ProtoWriter().messages(1, dimensions.map((size) => (typeof size === "number" ? new ProtoWriter().int(1, size) : new ProtoWriter().text(2, size))));
  const tensorType = new ProtoWriter().int(1, elementType[dtype]).message(2, shape);
  return new ProtoWriter().text(1, name).message(2, new ProtoWriter().message(1, tensorType));
}

function attributeMessage(name: string, value: Attribute): ProtoWriter {
  const message = new ProtoWriter().text(1, name);
  if (typeof value === "number") return message.int(3, value).int(20, attributeType.int);
  if (typeof value === "string") return message.text(4, value).int(20, attributeType.text);
  if ("float" in value) return message.float(2, value.float).int(20, attributeType.float);
  if ("tensor" in value) return message.message(5, value.tensor).int(20, attributeType.tensor);
  return message.ints(8, value).int(20, attributeType.ints);
}

/** NodeProto, named after its first output. */
export function nodeMessage({ type, domain, inputs, outputs, attributes }: OnnxNode): ProtoWriter {
  const message = new ProtoWriter();
  for (const input of inputs) message.text(1, input);
  for (const output of outputs) message.text(2, output);
  message.text(3, outputs[0]!).text(4, type);
  message.messages(5, Object.entries(attributes).map(([name, value]) => attributeMessage(name, value)));
  return domain === "" ? message : message.text(7, domain);
}
