import { ensureStack, prepare } from "../local";
import { coloured, withProgress } from "../progress";
import { type Changes, describeChanges, isUnchanged } from "./changes";
import { destroy } from "./destroy";
import { change, stackOutputs } from "./engine";
import { callAsMaker, type OperationAnswer } from "./maker";
import type { StackOutputs } from "../../outputs";
import { operationUrl, sections } from "./report";
import { renderTable } from "./table";

export interface DemoOptions {
  /** Remove everything instead. */
  destroy?: boolean;
  /** One JSON object on standard output, everything else on standard error. */
  json?: boolean;
  /** Print the secret's value. Default: dots. */
  showSecret?: boolean;
}

const next = (page: string) => `What to try next
  ${page.padEnd(39)} the same in a browser: look around, test the operation, watch the requests
  npm run demo                            once more: nothing changes
  npm run demo -- --show-secret           the value that the maker got
  npm run cloud -- journal                every request that was made, secrets redacted
  npm run local -- preview --diff         after a change in Pulumi.local.yaml: only that change
  npm run local -- <any pulumi arguments> the real CLI on the local cloud
  npm run demo -- --destroy               remove everything
`;

function print(
  changes: Changes,
  outputs: StackOutputs,
  answer: OperationAnswer,
  { showSecret, page }: { showSecret: boolean; page: string },
): void {
  const bold = (text: string) => coloured("bold", text, process.stdout);
  const headline = isUnchanged(changes)
    ? `Nothing changed: all ${changes.same} resources are as the program wants them.`
    : `${describeChanges(changes)}.`;
  const table = renderTable(sections(outputs, answer, showSecret), bold);
  process.stdout.write(`\n${bold(headline)}\n\n${table}\n\n${next(page)}`);
}

/** `npm run demo`: the whole journey. @returns exit code: 1 when the operation was not answered with the secret. */
export async function demo(options: DemoOptions): Promise<number> {
  if (options.destroy) return destroy(options);
  const { json = false, showSecret = false } = options;
  const workplace = await prepare();
  await ensureStack(workplace);
  const changes = await change(workplace, "up", json);
  const outputs = (await stackOutputs(workplace)) as unknown as StackOutputs;
  const call = () => callAsMaker(workplace.env, operationUrl(outputs));
  // The proxy's port serves the page too.
  const page = `${workplace.env.HTTPS_PROXY ?? ""}/`;
  const answer = await withProgress("Calling GetSecret as the maker", call);
  if (json) {
    const { status, secret, version, value } = answer;
    const operation = { status, secret, version, ...(showSecret ? { value } : {}) };
    process.stdout.write(`${JSON.stringify({ changes, operation, outputs, page })}\n`);
  } else {
    print(changes, outputs, answer, { showSecret, page });
  }
  if (answer.reason !== undefined)
    process.stderr.write(`GetSecret was answered with ${answer.status}: ${answer.reason}\n`);
  return answer.status === 200 ? 0 : 1;
}
