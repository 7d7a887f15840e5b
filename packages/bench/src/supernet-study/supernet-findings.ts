import { rankInterval, type RankInterval } from "./rank-interval.js";
import { type StudiedShape, type SupernetStudy } from "./study-supernet.js";

/** Rank correlation of losses with those from scratch, the mean over seeds. */
export interface InheritedRanks {
  readonly inherited: RankInterval;
  readonly further: RankInterval;
  /** What the number of parameters alone says: of it and the loss from scratch, negated. */
  readonly parameters: RankInterval;
}

/** Seconds of training steps and of evaluations that losses of all shapes take by each way. */
export interface TimeSaved {
  /** One training of each shape. */
  readonly fromScratchSeconds: number;
  /** Backbone and sandwich, once for all shapes. */
  readonly supernetSeconds: number;
  /** Of all shapes in the super-network. */
  readonly evaluationSeconds: number;
  readonly furtherSeconds: number;
  /** From scratch / (super-network + evaluations): above 1, inheriting saves time. */
  readonly factor: number;
  /** The same with further training. */
  readonly factorFurther: number;
  /** Shapes from which on inheriting saves time; null where it never does. */
  readonly breakEvenShapes: number | null;
}

/** What follows from a study; null of fewer than three shapes. */
export interface SupernetFindings {
  readonly ranks: InheritedRanks | null;
  readonly time: TimeSaved | null;
}

const LEAST_SHAPES = 3;

/** Ranks and times of the shapes that are finished. */
export function supernetFindings({ shapes, backboneSeconds, supernets }: SupernetStudy): SupernetFindings {
  const supernet = supernets.find(({ name }) => name === "sandwich");
  if (shapes.length < LEAST_SHAPES || supernet === undefined) return { ranks: null, time: null };
  return { ranks: inheritedRanks(shapes), time: timeSaved(shapes, backboneSeconds + supernet.seconds) };
}

/** The mean over seeds of the loss from scratch, or of the seconds of a training. */
export const meanFromScratch = ({ fromScratch }: StudiedShape, of: "loss" | "seconds"): number => fromScratch.reduce((sum, each) => sum + each[of] / fromScratch.length, 0);

function inheritedRanks(shapes: readonly StudiedShape[]): InheritedRanks {
  const losses = shapes.map((shape) => meanFromScratch(shape, "loss"));
  const ranks = (values: readonly number[]): RankInterval => rankInterval(values, losses);
  return {
    inherited: ranks(shapes.map(({ inherited }) => inherited.loss)), further: ranks(shapes.map(({ further }) => further.loss)),
    parameters: ranks(shapes.map(({ parameters }) => -parameters)),
  };
}

function timeSaved(shapes: readonly StudiedShape[], supernetSeconds: number): TimeSaved {
  const sum = (secondsOf: (shape: StudiedShape) => number): number => shapes.reduce((total, shape) => total + secondsOf(shape), 0);
  const fromScratchSeconds = sum((shape) => meanFromScratch(shape, "seconds"));
  const evaluationSeconds = sum(({ inherited }) => inherited.seconds);
  const furtherSeconds = sum(({ further }) => further.seconds);
  const savedEach = (fromScratchSeconds - evaluationSeconds) / shapes.length;
  return {
    fromScratchSeconds, supernetSeconds, evaluationSeconds, furtherSeconds,
    factor: fromScratchSeconds / (supernetSeconds + evaluationSeconds), factorFurther: fromScratchSeconds / (supernetSeconds + evaluationSeconds + furtherSeconds),
    breakEvenShapes: savedEach > 0 ? Math.floor(supernetSeconds / savedEach) + 1 : null,
  };
}
