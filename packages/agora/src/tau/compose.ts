import { type TextExample } from "@bort/data";
import { AgoraError } from "../agora-error.js";
import { type Tau } from "../agora-options.js";

/** Applies taus one after the other; where one has nothing to give, the text goes on as it was. */
export function inTurn(...taus: readonly Tau[]): Tau {
  requireSome(taus);
  return {
    name: taus.map(({ name }) => name).join("+"),
    transform: async (examples, context) => {
      let current: readonly TextExample[] = examples;
      for (const tau of taus) {
        const before = current;
        current = (await tau.transform(before, context)).map((example, i) => example ?? before[i]!);
      }
      return current;
    },
  };
}

/** Applies to each example one of the taus, each equally likely. */
export function oneOf(...taus: readonly Tau[]): Tau {
  requireSome(taus);
  return {
    name: taus.map(({ name }) => name).join("|"),
    transform: async (examples, context) => {
      const choices = examples.map(() => context.random.integer(taus.length));
      const made: (TextExample | undefined)[] = examples.map(() => undefined);
      for (const [choice, tau] of taus.entries()) {
        const places = choices.flatMap((each, i) => (each === choice ? i : []));
        if (places.length === 0) continue;
        const transformed = await tau.transform(places.map((place) => examples[place]!), context);
        places.forEach((place, i) => { made[place] = transformed[i]; });
      }
      return made;
    },
  };
}

function requireSome(taus: readonly Tau[]): void {
  if (taus.length === 0) throw new AgoraError("agora/bad-option", "agora: a composition needs a tau, got none");
}
