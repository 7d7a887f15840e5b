/** Names to try, best first; the system's loader finds them. */
export const blasLibraries: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  linux: [
    "libopenblas.so.0", "libopenblas.so", "libmkl_rt.so.2", "libmkl_rt.so", "libblis.so.4", "libblis.so.3", "libblis.so", "libcblas.so.3", "libcblas.so",
  ],
  darwin: ["/System/Library/Frameworks/Accelerate.framework/Accelerate"],
  win32: ["libopenblas.dll", "mkl_rt.2.dll", "mkl_rt.dll"],
};

/** What to do on a system without one. */
export const installAdvice: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  linux: "install one (apt-get install libopenblas0-pthread, dnf install openblas-threads, pacman -S openblas)",
  win32: "put libopenblas.dll on the PATH (conda install -c conda-forge openblas, or the OpenBLAS release page)",
};

/** Each takes an int: the threads a call may use. A library has one of them or none. */
export const threadSetters: readonly string[] = ["openblas_set_num_threads", "MKL_Set_Num_Threads", "bli_thread_set_num_threads", "BLASSetThreading"];

/** Read by the libraries when they load; with 1 they start no threads of their own. */
export const threadVariables: readonly string[] = [
  "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
];
