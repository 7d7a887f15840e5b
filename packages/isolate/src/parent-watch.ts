import { type Socket } from "node:net";

/**
 * Ends the process, however busy its main thread is, as soon as the other end of the pipe `fd` is closed.
 *
 * A thread of a child process is started with the text of this function; it may refer to nothing outside itself but types.
 */
export function parentWatch(process: NodeJS.Process, net: { readonly Socket: typeof Socket }, fd: number): void {
  new net.Socket({ fd }).on("close", () => process.kill(process.pid, "SIGKILL")).resume();
}
