import { type Shape, sizeOf } from "@bort/graph";
import { NnError } from "./nn-error.js";
import { PartwiseFile } from "./partwise-file.js";
import { type PickleGlobal, readPickle } from "./pickle.js";
import { type ElementType, type StoredTensor, decodeFloats, elementBytes } from "./stored-tensor.js";
import { type ZipEntry, zipEntries } from "./zip-entries.js";

/** Torch's names of the element types. */
const storageTypes: Readonly<Record<string, ElementType>> = {
  DoubleStorage: "F64", FloatStorage: "F32", HalfStorage: "F16", BFloat16Storage: "BF16",
  LongStorage: "I64", IntStorage: "I32", ShortStorage: "I16", CharStorage: "I8", ByteStorage: "U8", BoolStorage: "BOOL",
};

/** Elements in a row, on which tensors are views. */
interface Storage {
  readonly elementType: ElementType;
  readonly length: number;
  readonly entry: ZipEntry;
}

interface View {
  readonly offset: number;
  readonly shape: Shape;
  readonly strides: readonly number[];
}

/** A tensor of a pickle: a class, so that no other value of a file can pass for one. */
class TorchTensor implements StoredTensor {
  readonly shape: Shape;
  readonly elementType: ElementType;

  constructor(readonly storage: Storage, readonly view: View) {
    this.shape = view.shape;
    this.elementType = storage.elementType;
  }

  readonly read = (): Float32Array => inOrder(decodeFloats(this.elementType, this.storage.entry.read()), this.view);
}

/**
 * Reads the table of contents of a `.bin` file that `torch.save` wrote: a state dict, tensors by name. Nothing in the file is run, whatever it asks for.
 *
 * @throws NnError `nn/missing-path`; `nn/bad-torch-file` for a file of torch before 1.6, one that is damaged, and one that is not a state dict alone
 */
export function openTorchFile(path: string): ReadonlyMap<string, StoredTensor> {
  const file = new PartwiseFile(path);
  const bad = (why: string): NnError =>
    new NnError("nn/bad-torch-file", `nn: ${path} cannot be read as the weights of a model: ${why}; save them with torch.save(model.state_dict(), ...)`);
  if (isLegacy(file)) throw bad("torch before 1.6 wrote it; load it with torch and save it anew, as safetensors or as .bin");
  const entries = zipEntries(file, bad);
  const contents = [...entries.keys()].find((name) => /^[^/]*\/data\.pkl$/.test(name));
  if (contents === undefined) throw bad("it is a zip archive without data.pkl");
  const folder = contents.slice(0, -"data.pkl".length);
  const order = entries.get(`${folder}byteorder`)?.read();
  if (order !== undefined && Buffer.from(order).toString("latin1") !== "little") throw bad("a machine of another byte order wrote it");
  const persistent = (id: unknown): Storage => storageOf(id, (key) => entries.get(`${folder}data/${key}`), bad);
  return tensorsOf(readPickle(entries.get(contents)!.read(), { globals: globalsOf(bad), persistent, bad }), bad);
}

/** Older files begin with a pickle of torch's magic number. */
const isLegacy = (file: PartwiseFile): boolean => file.sizeBytes > 4 && Buffer.from(file.read(0, 4)).equals(Buffer.from([0x80, 2, 0x8a, 0x0a]));

type Bad = (why: string) => Error;

/** All that the pickle of a state dict calls by name. */
function globalsOf(bad: Bad): ReadonlyMap<string, PickleGlobal> {
  const globals: readonly PickleGlobal[] = [
    { name: "collections.OrderedDict", call: () => new Map() },
    { name: "torch._utils._rebuild_tensor_v2", call: ([storage, offset, shape, strides]) => tensorOf(storage, { offset, shape, strides }, bad) },
    { name: "torch._utils._rebuild_parameter", call: ([data]) => data },
    ...Object.keys(storageTypes).map((name) => ({ name: `torch.${name}` })),
  ];
  return new Map(globals.map((global) => [global.name, global]));
}

/** A class too: what the pickle makes itself is a table, a list or a scalar. */
class TorchStorage implements Storage {
  constructor(readonly elementType: ElementType, readonly length: number, readonly entry: ZipEntry) {}
}

/** `("storage", type, key, device, length)` as torch writes it. */
function storageOf(id: unknown, entryOf: (key: string) => ZipEntry | undefined, bad: Bad): Storage {
  const [kind, type, key, , length] = Array.isArray(id) ? (id as unknown[]) : [];
  const elementType = storageTypes[((type as Partial<PickleGlobal> | undefined)?.name ?? "").replace("torch.", "")];
  if (kind !== "storage" || elementType === undefined || typeof key !== "string" || !isSize(length)) throw bad("it describes a storage in another way than torch");
  const entry = entryOf(key);
  if (entry?.sizeBytes === length * elementBytes[elementType]) return new TorchStorage(elementType, length, entry);
  throw bad(`its storage ${JSON.stringify(key.slice(0, 100))} must have ${length} elements of ${elementType}, and has ${entry?.sizeBytes ?? 0} bytes`);
}

function tensorOf(storage: unknown, { offset, shape, strides }: Readonly<Record<keyof View, unknown>>, bad: Bad): TorchTensor {
  const sizes = (value: unknown): value is number[] => Array.isArray(value) && value.every(isSize);
  if (!(storage instanceof TorchStorage) || !isSize(offset) || !sizes(shape) || !sizes(strides) || shape.length !== strides.length) {
    throw bad("it describes a tensor in another way than torch");
  }
  const last = shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis]!, offset);
  if (sizeOf(shape) > 0 && last >= storage.length) throw bad(`a tensor of shape [${shape}] in it reaches beyond its storage of ${storage.length} elements`);
  return new TorchTensor(storage, { offset, shape: [...shape], strides: [...strides] });
}

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function tensorsOf(root: unknown, bad: Bad): ReadonlyMap<string, StoredTensor> {
  if (!(root instanceof Map)) throw bad("it holds something else than a table of tensors");
  const tensors = new Map<string, StoredTensor>();
  for (const [name, value] of root as ReadonlyMap<unknown, unknown>) {
    if (typeof name !== "string" || !(value instanceof TorchTensor)) throw bad(`${JSON.stringify(String(name).slice(0, 100))} in it is no tensor`);
    tensors.set(name, value);
  }
  return tensors;
}

/** The elements of a view, row by row. */
function inOrder(elements: Float32Array, { offset, shape, strides }: View): Float32Array {
  const size = sizeOf(shape);
  if (isContiguous(shape, strides)) return elements.subarray(offset, offset + size);
  const index = shape.map(() => 0);
  const result = new Float32Array(size);
  for (let i = 0, from = offset; i < size; i++) {
    result[i] = elements[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= shape[axis]! * strides[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}

function isContiguous(shape: Shape, strides: readonly number[]): boolean {
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== stride) return false;
    stride *= shape[axis]!;
  }
  return true;
}
