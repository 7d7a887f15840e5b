import { formatTuple } from "@bort/arch";
import { type Certificate, certificateSummary, type Extraction, type SearchResult } from "@bort/fptas";
import { type EncoderLatencies } from "@bort/nn";
import { formatNumber } from "./format-number.js";
import { type LatencyUnit, paretoSection } from "./pareto-section.js";
import { rankingSection } from "./ranking-section.js";
import { type Report, type Section } from "./report/report.js";

export interface ExtractionReportOptions {
  /** What a search found; of the FPTAS with its certificate. */
  readonly extraction: SearchResult & Partial<Pick<Extraction, "certificate" | "epsilon">>;
  /** How it searched, as it shall read. Default: nothing is said. */
  readonly search?: string;
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
 * @throws FptasError `fptas/bad-level`
 */
export function extractionReport(options: ExtractionReportOptions): Report {
  const { extraction, search, level = 0.95, latencyUnit: unit = "ms", latencies, generated } = options;
  const { chosen, trials, spaceSize, epsilon, w, certificate } = extraction;
  return {
    title: "Architecture search",
    subtitle: `${trials.length} scored trials in a space of ${formatNumber(spaceSize)} architectures${epsilon === undefined ? "" : `, epsilon ${epsilon}`}`,
    ...(generated !== undefined && { generated }),
    facts: [
      { label: "chosen <D, A, H, I>", value: formatTuple(chosen) }, { label: "W", value: formatNumber(w) }, ...(search === undefined ? [] : [{ label: "search", value: search }]),
    ],
    sections: [
      rankingSection({ extraction, level, unit, ...(latencies !== undefined && { latencies }) }),
      paretoSection(trials, unit),
      ...(certificate === undefined ? [] : [certificateSection(certificate)]),
    ],
  };
}

/** What the theory says of a search: its bounds and costs as text, its conditions as a table. */
export function certificateSection(certificate: Certificate): Section {
  const parts = { "the search": certificate.search, "weak AB^nC property": certificate.weak, "strong AB^nC property": certificate.strong };
  return {
    heading: "Certificate",
    text: certificateSummary(certificate),
    table: {
      columns: [{ label: "part" }, { label: "condition" }, { label: "status" }, { label: "what was looked at" }],
      rows: Object.entries(parts).flatMap(([part, conditions]) => conditions.map(({ name, status, note }) => [part, name, status, note])),
    },
  };
}
