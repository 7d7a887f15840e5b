import { type Receipt } from "./receipt.js";

/** For tests: every node of a receipt whose value is not what its formula, or its terms, come to. */
export function wrongNodes(receipt: Receipt): string[] {
  const { name, value, formula, where = {}, times = 1, combine = "sum", terms } = receipt;
  if (formula !== undefined) return evaluate(formula, where) === value ? [] : [`${name}: ${formula} is ${evaluate(formula, where)}, not ${value}`];
  const values = (terms ?? []).map((term) => term.value);
  const expected = times * (combine === "sum" ? values.reduce((sum, one) => sum + one, 0) : Math.max(0, ...values));
  return [...(expected === value ? [] : [`${name}: its terms come to ${expected}, not ${value}`]), ...(terms ?? []).flatMap(wrongNodes)];
}

/** A formula of numbers, letters, +, -, × and parentheses. */
export function evaluate(formula: string, where: Readonly<Record<string, number>>): number {
  const tokens = formula.match(/[A-Za-z]|\d+|[-+×()]/g) ?? [];
  let at = 0;
  const sum = (): number => {
    let value = product();
    while (tokens[at] === "+" || tokens[at] === "-") value += tokens[at++] === "+" ? product() : -product();
    return value;
  };
  const product = (): number => {
    let value = factor();
    while (tokens[at] === "×") {
      at++;
      value *= factor();
    }
    return value;
  };
  const factor = (): number => {
    const token = tokens[at++];
    if (token !== "(") return /\d/.test(token ?? "") ? Number(token) : where[token ?? ""] ?? Number.NaN;
    const value = sum();
    at++;
    return value;
  };
  return sum();
}
