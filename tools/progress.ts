import { styleText } from "node:util";

/** Where progress is shown: standard error, so that standard output stays the answer of a command. */
export interface Screen {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

type Style = Parameters<typeof styleText>[0];

/** Colours a text for a terminal; elsewhere, and where NO_COLOR is set, leaves it plain. */
export function coloured(style: Style, text: string, screen: Screen): string {
  const plain = !screen.isTTY || Boolean(process.env.NO_COLOR) || process.env.TERM === "dumb";
  // What it would check itself is standard output, which is not where progress goes.
  return plain ? text : styleText(style, text, { validateStream: false });
}

/** "7 s" or "3 min 05 s". */
export function elapsed(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
/** Work that ends sooner is not worth a line. */
const quietMilliseconds = 1500;
const frameMilliseconds = 100;
const lineMilliseconds = 30_000;

/**
 * Runs a piece of work and shows that it goes on: on a terminal a turning line with the time, which is removed at the
 * end; elsewhere a line at once and one every 30 seconds. Nothing is shown of work that ends within 1.5 seconds.
 * @param label What is being done, without a full stop, such as "Starting the local cloud".
 */
export async function withProgress<T>(
  label: string,
  work: () => Promise<T>,
  screen: Screen = process.stderr,
): Promise<T> {
  const startedAt = Date.now();
  const since = () => elapsed(Date.now() - startedAt);
  let shown = false;
  let frame = 0;
  const show = () => {
    shown = true;
    if (screen.isTTY) {
      const turning = coloured("cyan", frames[frame++ % frames.length] ?? "", screen);
      screen.write(`\r\u001b[K${turning} ${label} ${coloured("dim", since(), screen)}`);
    } else {
      screen.write(`${label}… ${since()}\n`);
    }
  };

  let repeating: NodeJS.Timeout | undefined;
  const quiet = setTimeout(() => {
    show();
    repeating = setInterval(show, screen.isTTY ? frameMilliseconds : lineMilliseconds);
  }, quietMilliseconds);
  const end = (mark: string) => {
    clearTimeout(quiet);
    clearInterval(repeating);
    if (shown) screen.write(`${screen.isTTY ? "\r\u001b[K" : ""}${mark} ${label} (${since()})\n`);
  };
  try {
    const result = await work();
    end(coloured("green", "✓", screen));
    return result;
  } catch (error) {
    end(coloured("red", "✗", screen));
    throw error;
  }
}
