/** Options that say what this process itself runs, with a value after them; the inspector's port is taken. */
const withValue = /^(-e|--eval|-p|--print|-pe|--input-type|--inspect-port|--debug-port)$/;
const alone = /^(-i|--interactive|--(eval|print|input-type|inspect|inspect-brk|inspect-wait|inspect-port|debug-port)(=.*)?)$/s;

/** The options of Node that a child process takes over from its parent: all but those of the parent's own program and inspector. */
export function inheritedExecArgv(execArgv: readonly string[]): readonly string[] {
  return execArgv.filter((option, i) => !withValue.test(option) && !alone.test(option) && !withValue.test(execArgv[i - 1] ?? ""));
}
