import type { AccessToken, GetTokenOptions } from "@azure/core-auth";
import { setTimeout as sleep } from "node:timers/promises";
import { sharedToken } from "../../../power-platform/client/sharedToken";

const counting = (fails = false) => {
  const asked: [string, GetTokenOptions | undefined][] = [];
  const credential = sharedToken({
    getToken: async (scopes, options): Promise<AccessToken> => {
      asked.push([String(scopes), options]);
      await sleep(10);
      if (fails && asked.length === 1) throw new Error("not now");
      return { token: `token ${asked.length}`, expiresOnTimestamp: 0 };
    },
  });
  return { asked, credential };
};

test("requests that start together ask for one token of each scope", async () => {
  const { asked, credential } = counting();
  const abortSignal = AbortSignal.timeout(1);
  const tokens = await Promise.all(["a", "b", "a", "a"].map((scope) => credential.getToken(scope, { abortSignal })));
  // Another request's end ends nobody's sign-in.
  expect(asked).toEqual([
    ["a", undefined],
    ["b", undefined],
  ]);
  expect(tokens[0]).toBe(tokens[2]);
  await credential.getToken("a");
  expect(asked).toHaveLength(3);
});

test("claims are asked for by themselves", async () => {
  const { asked, credential } = counting();
  await Promise.all([credential.getToken("a"), credential.getToken("a", { claims: "{}" })]);
  expect(asked).toHaveLength(2);
});

test("what failed is asked for again", async () => {
  const { credential } = counting(true);
  await expect(credential.getToken("a")).rejects.toThrow("not now");
  expect(await credential.getToken("a")).toMatchObject({ token: "token 2" });
});
