import { describe, expect, it } from "vitest";
import { SharedDefinitions, type ThreadProgram } from "./shared-definitions.js";

const program = (units: number, code = 1): ThreadProgram => ({ module: Uint8Array.of(code), steps: [{ kind: "kernel", fn: "f", units, grain: 1 }] });

/** Definitions, and the numbers of those that the threads have, in the order in which they got them. */
function onThreads(spareBytes: number, define: () => Promise<unknown> = async () => undefined): { definitions: SharedDefinitions; present: number[] } {
  const present: number[] = [];
  const definitions = new SharedDefinitions({
    spareBytes,
    define: (number) => (present.push(number), define()),
    forget: (number) => present.splice(present.indexOf(number), 1),
  });
  return { definitions, present };
}

describe("SharedDefinitions", () => {
  it("defines equal programs once, and keeps them as long as they are used", () => {
    const { definitions, present } = onThreads(0);
    const [first, second, other, otherCode] = [program(5), program(5), program(6), program(5, 2)].map((each) => definitions.acquire(each));
    expect([second!.number, other!.number, otherCode!.number]).toEqual([0, 1, 2]);
    definitions.release(first!);
    expect(present).toEqual([0, 1, 2]);
    definitions.release(other!);
    definitions.release(second!);
    expect(present).toEqual([2]);
    expect(definitions.acquire(program(5)).number).toBe(3);
  });

  it("tells signed zeros apart", () => {
    const { definitions } = onThreads(0);
    expect(definitions.acquire(program(0)).number).not.toBe(definitions.acquire(program(-0)).number);
  });

  it("keeps what is unused up to a size, and forgets what has been so for longest", () => {
    const { definitions, present } = onThreads(4 * 2 ** 20);
    const large = (code: number): ThreadProgram => ({ module: new Uint8Array(1.5 * 2 ** 20).fill(code), steps: [] });
    const [a, b] = [definitions.acquire(large(1)), definitions.acquire(large(2))];
    definitions.release(a);
    definitions.release(b);
    expect(present).toEqual([0, 1]);
    definitions.release(definitions.acquire(large(1)));
    definitions.release(definitions.acquire(large(3)));
    expect(present).toEqual([0, 2]);
    const used = definitions.acquire(large(1));
    definitions.release(definitions.acquire(large(4)));
    expect(present).toEqual([0, 2, 3]);
    definitions.release(used);
    expect(present).toEqual([0, 3]);
  });

  it("tries again what could not be defined", async () => {
    let attempts = 0;
    const { definitions, present } = onThreads(0, async () => {
      if (attempts++ === 0) throw new Error("refused");
    });
    await expect(definitions.acquire(program(5)).defined).rejects.toThrow("refused");
    await definitions.acquire(program(5)).defined;
    expect(present).toEqual([0, 1]);
  });
});
