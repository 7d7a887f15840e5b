import { type ArchError, type EncoderArch, type Receipt } from "./index.js";
import {
  accountings, archFromJson, archToJson, bortSpace, flops, formatReceipt, fromHfConfig, hfExtrasOf, memoryBytes, parameterCount, parseConfig, presetNamed, presets, sameArch,
  schubertSpace, superShaperSpace, toHfConfig, unitCosts,
} from "./index.js";

/** For tests: what this package says of its presets, files, spaces and refusals, as JSON that is the same wherever it runs. */
export function browserFacts(): unknown {
  return { presets: Object.entries(presets).map(([name, { arch }]) => ({ name, ...factsOf(arch) })), spaces: spaceFacts(), refusals: refusals() };
}

function factsOf(arch: EncoderArch): object {
  const config = JSON.stringify(toHfConfig(arch));
  const { receipt, ...bytes } = memoryBytes(arch, { sequence: 128, heads: { mlm: {} } });
  return {
    parameters: accountings.map((accounting) => outcome(() => parameterCount(arch, { accounting }).total)),
    flops: flops(arch, { sequence: 128, heads: { mlm: {} }, elementwise: true }).total,
    bytes,
    receipts: [lengthOf(parameterCount(arch).receipt), lengthOf(receipt)],
    headCost: outcome(() => unitCosts(arch).layers[0]!.head),
    config,
    readBack: sameArch(parseConfig(config).arch, arch) && sameArch(fromHfConfig(JSON.parse(config)), arch),
    extras: hfExtrasOf(JSON.parse(config)),
    ownReadBack: sameArch(archFromJson(JSON.parse(JSON.stringify(archToJson(arch)))), arch),
  };
}

function lengthOf(receipt: Receipt): number {
  return formatReceipt(receipt).length;
}

function spaceFacts(): object {
  const shapes = superShaperSpace();
  const small = shapes.within((shape) => parameterCount(shapes.arch(shape)).total, { atLeast: 62_000_000, atMost: 63_000_000 });
  return {
    buildable: String(bortSpace.valid().size),
    tuples: bortSpace.valid().sample(3, 4),
    shapes: shapes.sample(7, 4),
    small: String(small.size),
    smallShapes: small.sample(7, 4),
    index: String(shapes.indexOf(shapes.draw(7, 0))),
    schubert: String(schubertSpace().size),
  };
}

function refusals(): unknown[] {
  return [
    outcome(() => parseConfig("{")),
    outcome(() => presetNamed("bert-bass-uncased").hiddenSize),
    outcome(() => parameterCount({ ...presetNamed("bert-tiny"), hiddenSize: Number.NaN }).total),
  ];
}

/** What `work` gives, or the code of the error that it throws. */
function outcome<Result>(work: () => Result): Result | string {
  try {
    return work();
  } catch (error) {
    return (error as ArchError).code;
  }
}
