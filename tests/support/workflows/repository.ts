import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { type Document, parseDocument } from "yaml";
import { copyCheckout } from "../checkoutCopy";

/** A repository of the project as it lies here, changes that are not committed included. */
export interface Repository {
  folder: string;
  /** Runs git in it; throws with what it said when it fails. */
  git: (...args: string[]) => string;
  /** Changes settings of a stack, as somebody does in an editor. */
  settings: (stack: string, change: (settings: Document) => unknown) => void;
  /** Commits everything. @returns the commit */
  commit: (message: string) => string;
}

export function gitIn(folder: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync("git", args, { cwd: folder, encoding: "utf8" });
  if (status !== 0) throw new Error(`git ${args.join(" ")}: ${stderr}`);
  return stdout.trim();
}

/** @param folder that is made */
export function makeRepository(folder: string): Repository {
  copyCheckout(folder, "clone");
  const git = (...args: string[]) => gitIn(folder, ...args);
  git("init", "--quiet", "--initial-branch=main");
  git("config", "user.name", "Ada Admin");
  git("config", "user.email", "ada@contoso.com");
  // A clone of one commit, as the checkout of a workflow is.
  git("config", "uploadpack.allowAnySHA1InWant", "true");
  const repository: Repository = {
    folder,
    git,
    settings: (stack, change) => {
      const file = path.join(folder, `Pulumi.${stack}.yaml`);
      const document = parseDocument(fs.readFileSync(file, "utf8"));
      change(document);
      fs.writeFileSync(file, document.toString());
    },
    commit: (message) => {
      git("add", "--all");
      git("commit", "--quiet", "--message", message);
      return git("rev-parse", "HEAD");
    },
  };
  repository.commit("The project");
  return repository;
}
