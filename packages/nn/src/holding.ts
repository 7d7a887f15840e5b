/** What has to be given back, such as a program. */
export interface Held {
  dispose(): Promise<void>;
}

/**
 * Makes something of several parts, each of which `make` hands to `hold` as soon as it is there: where a later one cannot be made, they are disposed of, and the
 * error is that of the one that could not.
 */
export async function holding<Whole>(make: (hold: <Part extends Held | null>(part: Part) => Part) => Promise<Whole>): Promise<Whole> {
  const held: (Held | null)[] = [];
  try {
    return await make((part) => {
      held.push(part);
      return part;
    });
  } catch (error) {
    await disposeAll(held).catch(() => undefined);
    throw error;
  }
}

/** Those of several things in the making that could be made. */
export async function thoseMade<Part>(making: Iterable<Promise<Part>>): Promise<Part[]> {
  return (await Promise.allSettled(making)).flatMap((settled) => (settled.status === "fulfilled" ? [settled.value] : []));
}

/** Disposes of each in turn, of the rest too where one cannot be; throws the first error when all are done. */
export async function disposeAll(parts: Iterable<Held | null>): Promise<void> {
  const errors: unknown[] = [];
  for (const part of parts) await part?.dispose().catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw errors[0];
}
