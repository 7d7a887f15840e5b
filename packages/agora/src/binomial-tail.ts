/** P(X >= successes) where X is Binomial(trials, probability), summed term by term: the p-value of the exact one-sided test. `probability` lies in (0, 1). */
export function binomialTail(successes: number, trials: number, probability: number): number {
  if (successes <= 0) return 1;
  // Terms fall from the mean on, so the side of it with fewer of them is summed.
  if (successes <= trials * probability) return 1 - binomialTail(trials - successes + 1, trials, 1 - probability);
  const odds = probability / (1 - probability);
  let term = Math.exp(logBinomial(successes, trials, probability));
  let sum = 0;
  for (let k = successes; k <= trials; k++) {
    sum += term;
    term *= ((trials - k) / (k + 1)) * odds;
  }
  return sum;
}

/** The logarithm of P(X = successes). */
function logBinomial(successes: number, trials: number, probability: number): number {
  let log = successes * Math.log(probability) + (trials - successes) * Math.log1p(-probability);
  for (let i = 0; i < successes; i++) log += Math.log((trials - i) / (i + 1));
  return log;
}
