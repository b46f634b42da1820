import fs from "node:fs";
import os from "node:os";
import path from "node:path";

/** From this level on the engine logs the properties that it exchanges with plugins, secret ones in clear. */
const levelOfProperties = 9;

/** The verbosity that arguments of `pulumi` ask for: `-v=9`, `-v 9`, `-v9`, `--verbose=9`, `--verbose 9`; 0 for none. */
export function verbosity(args: readonly string[]): number {
  const levels = args.map((arg, index) => {
    const [, attached] = /^(?:-v=?|--verbose=)(\d+)$/.exec(arg) ?? [];
    return Number(attached ?? (arg === "-v" || arg === "--verbose" ? args[index + 1] : 0));
  });
  return Math.max(0, ...levels.filter(Number.isFinite));
}

/** Whether `pulumi` with these arguments would log secrets. */
export function logsProperties(args: readonly string[]): boolean {
  return verbosity(args) >= levelOfProperties;
}

const property = /((?:Unm|M)arshaling property for RPC\[.*?\]: [^=]{0,300}=).*$/s;

/** A line of the engine's log; a JSON object since 3.25x. Values of properties are replaced, whatever they are. */
export function hideProperty(line: string): string {
  try {
    const record = JSON.parse(line) as { msg?: unknown };
    if (typeof record.msg !== "string") return line;
    return JSON.stringify({ ...record, msg: record.msg.replace(property, "$1[hidden]") });
  } catch {
    return line.replace(property, "$1[hidden]");
  }
}

const isLogLine = (line: string) => line.startsWith(`{"time":"`) || /^[IWEF]\d{4} /.test(line);

/** Where the engine's log goes while its properties are hidden. */
export interface EngineLog {
  /** The log's file; undefined when it goes to standard error. */
  file?: string;
  /** Takes a line that `pulumi` wrote to standard error. */
  take: (line: string) => void;
}

/**
 * A log that nothing secret reaches: the engine is told to write to standard error (`--logtostderr`), and its lines are
 * cleaned on the way to where they were wanted. What else stands there is passed on.
 * @param toTerminal whether the user asked for the log on standard error; else it is a file in the temporary folder
 */
export function engineLog(toTerminal: boolean): EngineLog {
  const say = (line: string) => {
    process.stderr.write(`${line}\n`);
  };
  if (toTerminal) {
    return {
      take: (line) => {
        say(hideProperty(line));
      },
    };
  }
  const file = path.join(os.tmpdir(), `pulumi-${new Date().toISOString().replace(/\W/g, "")}-${process.pid}.log`);
  fs.writeFileSync(file, "", { mode: 0o600 });
  return {
    file,
    take: (line) => {
      if (isLogLine(line)) fs.appendFileSync(file, `${hideProperty(line)}\n`);
      else say(line);
    },
  };
}
