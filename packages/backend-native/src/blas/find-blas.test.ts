import { afterEach, describe, expect, it, vi } from "vitest";
import { NativeError } from "../native-error.js";
import { checkBlas } from "./check-blas.js";
import { describeBlas, findBlas } from "./find-blas.js";

/** Why there is no BLAS here, if there is none. */
function missing(): string | undefined {
  try {
    findBlas();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
const absent = missing();

afterEach(() => vi.unstubAllEnvs());

describe.skipIf(absent !== undefined)(`findBlas${absent === undefined ? "" : ` (skipped: ${absent})`}`, () => {
  it("binds a library, once, and says which", () => {
    const { binding, description } = findBlas();
    expect(findBlas().binding).toBe(binding);
    expect(binding.signature).toHaveLength(14);
    expect(describeBlas()).toBe(description);
    expect(description).toMatch(/\S/);
    expect(structuredClone(binding)).toEqual(binding);
  });

  it("takes BORT_BLAS first, and leaves the environment as it was", () => {
    const { library } = findBlas().binding;
    vi.stubEnv("BORT_BLAS", library);
    vi.stubEnv("OMP_NUM_THREADS", "7");
    vi.stubEnv("OPENBLAS_NUM_THREADS", undefined);
    expect(findBlas().binding.library).toBe(library);
    expect(process.env["OMP_NUM_THREADS"]).toBe("7");
    expect("OPENBLAS_NUM_THREADS" in process.env).toBe(false);
  });

  it("names what BORT_BLAS holds where that is no BLAS", () => {
    for (const name of ["libno-such-blas.so", process.execPath]) {
      vi.stubEnv("BORT_BLAS", name);
      expect(findBlas).toThrow(NativeError);
      expect(findBlas).toThrow(expect.objectContaining({ code: "backend-native/bad-blas", message: expect.stringContaining(`BORT_BLAS=${name}`) }));
    }
  });

  it.runIf(process.platform === "linux")("refuses a library without cblas_sgemm", () => {
    vi.stubEnv("BORT_BLAS", "libc.so.6");
    expect(findBlas).toThrow(/cblas_sgemm/);
  });
});

describe("findBlas without a library", () => {
  it("says what to install", () => {
    vi.spyOn(process, "platform", "get").mockReturnValue("freebsd");
    try {
      expect(findBlas).toThrow(expect.objectContaining({ code: "backend-native/no-blas", message: expect.stringMatching(/install one.*BORT_BLAS/) }));
    } finally {
      vi.restoreAllMocks();
    }
  });
});

describe("checkBlas", () => {
  const arrays = new Map<number, Float32Array>();
  const addressOf = (array: Float32Array): number => {
    arrays.set(arrays.size + 1, array);
    return arrays.size;
  };
  /** A product in JavaScript, with a mistake where asked for. */
  const sgemm = (mistake: "none" | "transposes" | "beta" | "padding") => (...values: readonly unknown[]): void => {
    const [, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc] = values as number[];
    const [x, y, z] = [arrays.get(a!)!, arrays.get(b!)!, arrays.get(c!)!];
    const transposeB = tb === 112 && mistake !== "transposes";
    for (let i = 0; i < m!; i++) {
      for (let j = 0; j < n!; j++) {
        let sum = 0;
        for (let l = 0; l < k!; l++) sum += x[ta === 112 ? l * lda! + i : i * lda! + l]! * y[transposeB ? j * ldb! + l : l * ldb! + j]!;
        z[i * ldc! + j] = alpha! * sum + (mistake === "beta" ? 0 : beta!) * z[i * ldc! + j]!;
      }
      if (mistake === "padding") z[i * ldc! + n!] = 99;
    }
  };

  it("accepts a right product and none with a mistake", () => {
    expect(() => checkBlas(sgemm("none"), addressOf)).not.toThrow();
    for (const mistake of ["transposes", "beta", "padding"] as const) expect(() => checkBlas(sgemm(mistake), addressOf), mistake).toThrow(/wrong products/);
  });
});
