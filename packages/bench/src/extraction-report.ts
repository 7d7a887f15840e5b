import { formatTuple } from "@bort/arch";
import { type Certificate, type Extraction, printCertificate } from "@bort/fptas";
import { type EncoderLatencies } from "@bort/nn";
import { formatNumber } from "./format-number.js";
import { type LatencyUnit, paretoSection } from "./pareto-section.js";
import { rankingSection, type RepeatedArch } from "./ranking-section.js";
import { type Report } from "./report/report.js";

export interface ExtractionReportOptions {
  /** What the search found. */
  readonly extraction: Pick<Extraction, "chosen" | "epsilon" | "errorFloor" | "failed" | "maximumPoint" | "rejected" | "spaceSize" | "trials" | "w">;
  /** What the theory says of it. Default: nothing is said. */
  readonly certificate?: Certificate;
  /** Candidates trained with several seeds, from which W has intervals. Default: none. */
  readonly repeated?: readonly RepeatedArch[];
  /** Confidence of intervals and separation. Default 0.95. */
  readonly level?: number;
  /** What i is in `extraction`. Default `ms`. */
  readonly latencyUnit?: LatencyUnit;
  /** How latencies were measured. Default: nothing is said. */
  readonly latencies?: EncoderLatencies;
  /** When, and by what, the report was made, as it shall read. */
  readonly generated?: string;
}

/**
 * The report of a search, for `renderReport`: the ranking by W, with intervals where there are several seeds; the Pareto view of p, i and e; the certificate.
 *
 * @throws FptasError `fptas/bad-repeats`, `fptas/bad-level` or `fptas/bad-objective` for repeated candidates that have no interval
 */
export function extractionReport(options: ExtractionReportOptions): Report {
  const { extraction, certificate, repeated = [], level = 0.95, latencyUnit: unit = "ms", latencies, generated } = options;
  const { chosen, trials, spaceSize, epsilon, w } = extraction;
  return {
    title: "Architecture search",
    subtitle: `${trials.length} scored trials in a space of ${formatNumber(spaceSize)} architectures, epsilon ${epsilon}`,
    ...(generated !== undefined && { generated }),
    facts: [{ label: "chosen <D, A, H, I>", value: formatTuple(chosen) }, { label: "W", value: formatNumber(w) }],
    sections: [
      rankingSection({ extraction, repeated, level, unit, ...(latencies !== undefined && { latencies }) }),
      paretoSection(trials, unit),
      ...(certificate === undefined ? [] : [{ heading: "Certificate", text: printCertificate(certificate) }]),
    ],
  };
}
