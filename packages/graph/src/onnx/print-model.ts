/** A field of a protobuf message: an integer, or the bytes of anything longer. */
type Field = number | Uint8Array;

const decoder = new TextDecoder();

/** Fields of a message by number, each with its values in order. */
function fieldsOf(message: Uint8Array): Map<number, Field[]> {
  const fields = new Map<number, Field[]>();
  let at = 0;
  const varint = (): number => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(BigInt.asIntN(64, value));
    }
  };
  const take = (length: number): Uint8Array => message.subarray(at, (at += length));
  while (at < message.length) {
    const tag = varint();
    const value = (tag & 7) === 0 ? varint() : take((tag & 7) === 5 ? 4 : varint());
    fields.set(tag >> 3, [...(fields.get(tag >> 3) ?? []), value]);
  }
  return fields;
}

const texts = (fields: Map<number, Field[]>, field: number): string[] => (fields.get(field) ?? []).map((value) => decoder.decode(value as Uint8Array));
const messages = (fields: Map<number, Field[]>, field: number): Map<number, Field[]>[] => (fields.get(field) ?? []).map((value) => fieldsOf(value as Uint8Array));
const ints = (fields: Map<number, Field[]>, field: number): number[] => (fields.get(field) ?? []) as number[];

const ELEMENT_TYPES: Readonly<Record<number, string>> = { 1: "f32", 6: "i32", 7: "i64", 9: "bool" };

function tensorValues(tensor: Map<number, Field[]>): string {
  const raw = (tensor.get(9)![0] as Uint8Array).slice();
  const array = { 1: Float32Array, 6: Int32Array, 7: BigInt64Array, 9: Uint8Array }[ints(tensor, 2)[0] as 1 | 6 | 7 | 9];
  const values = Array.from<number | bigint>(new array(raw.buffer)).map(Number);
  return values.length > 8 ? `<${values.length}>` : `(${values})`;
}

const tensorText = (tensor: Map<number, Field[]>): string => `${ELEMENT_TYPES[ints(tensor, 2)[0]!]}[${ints(tensor, 1)}]${tensorValues(tensor)}`;

function attributeText(attribute: Map<number, Field[]>): string {
  const float = attribute.get(2)?.[0] as Uint8Array | undefined;
  const value = float !== undefined ? String(new DataView(float.slice().buffer).getFloat32(0, true))
    : attribute.has(3) ? String(ints(attribute, 3)[0])
    : attribute.has(4) ? texts(attribute, 4)[0]
    : attribute.has(5) ? tensorText(messages(attribute, 5)[0]!)
    : `(${ints(attribute, 8)})`;
  return `${texts(attribute, 1)[0]}=${value}`;
}

function valueInfoText(info: Map<number, Field[]>): string {
  const tensor = messages(messages(info, 2)[0]!, 1)[0]!;
  const sizes = messages(messages(tensor, 2)[0]!, 1).map((size) => texts(size, 2)[0] ?? String(ints(size, 1)[0]));
  return `${texts(info, 1)[0]} : ${ELEMENT_TYPES[ints(tensor, 1)[0]!]}[${sizes}]`;
}

/** An ONNX model as text: its inputs, constants, nodes and outputs, one a line. Reads what `encodeModel` writes. */
export function printModel(model: Uint8Array): string {
  const fields = fieldsOf(model);
  const graph = messages(fields, 7)[0]!;
  const opsets = messages(fields, 8).map((opset) => `${texts(opset, 1)[0] || "onnx"} ${ints(opset, 2)[0]}`);
  const nodes = messages(graph, 1).map((node) => {
    const type = [...texts(node, 7), ...texts(node, 4)].join(".");
    return `${texts(node, 2).map((name) => name || "_").join(", ")} = ${type}(${[...texts(node, 1), ...messages(node, 5).map(attributeText)].join(", ")})`;
  });
  return [
    `opset ${opsets.join(", ")}`,
    ...messages(graph, 11).map((info) => `input ${valueInfoText(info)}`),
    ...messages(graph, 5).map((tensor) => `${texts(tensor, 8)[0]} = ${tensorText(tensor)}`),
    ...nodes,
    ...messages(graph, 12).map((info) => `output ${valueInfoText(info)}`),
  ].join("\n");
}
