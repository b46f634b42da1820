// The process of `npm run check`: certificates are taken when Node.js starts, so that the environment must be there before.
import { checkStack } from "./stack";

const [folder = "", stack = ""] = process.argv.slice(2);
checkStack(folder, stack).then(
  (findings) => {
    process.stdout.write(JSON.stringify(findings));
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
