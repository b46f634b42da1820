import fs from "node:fs";
import path from "node:path";
import axe, { type AxeResults } from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { projectRoot } from "../../local-cloud/project";
import type { StackOutputs } from "../../outputs";
import { stackPicture } from "../../tools/stackPicture";
import { chromiumArguments, findChromium } from "../support/browser";
import { type EngineStack, startEngine } from "../support/engine";
import { localClient } from "../support/localClient";

const executablePath = findChromium();
if (executablePath === undefined) {
  console.warn("There is no Chromium, and it cannot be installed here: the page's tests in a browser are skipped.");
}
const withBrowser = executablePath === undefined ? describe.skip : describe;

const places = [
  "#overview",
  "#applications",
  "#vaults",
  "#connector/general",
  "#connector/security",
  "#connector/definition",
  "#connector/test",
  "#connections",
];

withBrowser("the page of the local cloud", () => {
  let stack: EngineStack;
  let client: ReturnType<typeof localClient>;
  let browser: Browser;
  let page: Page;
  /** What the browser asked others for, and what it complained of. */
  const strays: string[] = [];
  const complaints: string[] = [];
  const outputs = async () => (await stack.outputs()) as unknown as StackOutputs;

  const open = async (place: string) => {
    await page.goto("about:blank");
    await page.goto(`${stack.env.HTTPS_PROXY ?? ""}/${place}`);
    await page.waitForSelector("main h1");
  };
  const testOperation = async () => {
    await page.click("#test-run");
    await page.waitForSelector("#test-run[aria-disabled=false]");
    return page.textContent("#test-outcome .status");
  };
  /** With PICTURES=write, docs/images gets new ones. */
  const picture = async (name: string) => {
    if (process.env.PICTURES !== "write") return;
    await page.screenshot({ path: path.join(projectRoot(), "docs", "images", `${name}.png`) });
  };

  beforeAll(async () => {
    stack = await startEngine();
    client = localClient(stack.env);
    await stack.configure({
      "keyvault-connector:monitoring.enabled": "true",
      "keyvault-connector:monitoring.emails[0]": "platform-team@contoso.com",
      "keyvault-connector:vault.lock": "true",
    });
    await stack.up();
    browser = await chromium.launch({ executablePath, args: chromiumArguments });
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.on("request", (request) => {
      if (!/^(http:\/\/127\.0\.0\.1:|about:|data:)/.test(request.url())) strays.push(request.url());
    });
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
  }, 400_000);
  afterAll(async () => {
    await browser.close();
    await stack.stop();
  });

  test("shows each step of the way, with what the stack made for it", async () => {
    await open("#overview");
    const titles = await page.locator(".stage h2").allTextContents();
    expect(titles).toEqual([
      "Maker",
      "Connection",
      "Custom connector",
      "App registration",
      "Role",
      "Key vault",
      "Secret",
    ]);
    expect(await page.locator(".stage.missing").count()).toBe(0);
    const { vaultName, clientId } = await outputs();
    expect(await page.textContent("main")).toContain(vaultName);
    await picture("page-overview");
    await page.click("#go-applications");
    expect(await page.textContent("main")).toContain(clientId);
    await page.click("#go-vaults");
    await page.waitForSelector("text=Locks, logs and alerts");
    expect(await page.textContent("main")).toContain("cannot be deleted");
  }, 60_000);

  test("tests the operation as the maker: 200, with the value behind dots until somebody wants to see it", async () => {
    await open("#connector/test");
    expect(await testOperation()).toContain("(200) OK");
    const { stdout } = await stack.pulumi(["stack", "export", "--show-secrets"]);
    const state = JSON.parse(stdout) as {
      deployment: { resources: { type: string; outputs?: { result?: { plaintext?: string } } }[] };
    };
    const generated = state.deployment.resources.find(({ type }) => type.endsWith(":RandomPassword"))?.outputs?.result;
    const value = JSON.parse(generated?.plaintext ?? "") as string;
    expect(value.length).toBeGreaterThan(20);
    expect(await page.content()).not.toContain(value);
    await picture("page-test");
    await page.click("#test-show");
    expect(await page.textContent("#test-outcome")).toContain(value);

    // The maker signs in, the gateway signs in as the application and asks the vault.
    const trail = await page.locator(".trail .service").allTextContents();
    expect(trail).toEqual(["Entra ID", "Entra ID", "Key Vault", "Power Platform"]);
  }, 120_000);

  // What does not depend on colours is looked at once. Of the journal a few entries: the others look like them, and axe takes long.
  const shownOnce = '{ exclude: "#journal .entry:nth-child(n + 10)" }';
  test.each([
    ["light", `axe.run(${shownOnce})`],
    ["dark", `axe.run(${shownOnce}, { runOnly: { type: "rule", values: ["color-contrast", "link-in-text-block"] } })`],
  ] as const)(
    "has nothing that axe finds fault with, in %s colours",
    async (colorScheme, look) => {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      for (const place of places) {
        await open(place);
        if (place === "#connector/test") await testOperation();
        if (place === "#connections") {
          await page.click("#ask-statuses");
          await page.waitForSelector("text=Connected");
        }
        await page.evaluate(axe.source);
        const results = await page.evaluate<AxeResults>(look);
        const found = results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
        expect({ place, found }).toEqual({ place, found: [] });
        expect(results.passes.length).toBeGreaterThan(colorScheme === "light" ? 15 : 0);
      }
      await page.emulateMedia({ colorScheme: "light", reducedMotion: "no-preference" });
    },
    240_000,
  );

  test("is gone through with the keyboard alone, up to an answer", async () => {
    await open("#overview");
    const focused = () => page.evaluate<string>("document.activeElement.id || document.activeElement.className");
    // What a key opens is drawn, and takes the focus, with the browser's next event.
    const getsFocus = (wanted: string) => page.waitForSelector(`:is(#${wanted}, .${wanted}):focus`);
    const tabTo = async (wanted: string) => {
      for (let step = 0; step < 40; step++) {
        if ((await focused()) === wanted) return;
        await page.keyboard.press("Tab");
      }
      throw new Error(`Tab never came to ${wanted}; it ended at ${await focused()}.`);
    };
    await tabTo("skip");
    await tabTo("go-connector");
    await page.keyboard.press("Enter");
    await getsFocus("main");
    await tabTo("connector-tab-general");
    await page.keyboard.press("ArrowRight");
    await getsFocus("connector-tab-security");
    await page.keyboard.press("End");
    await getsFocus("connector-tab-test");
    await page.keyboard.press("ArrowRight");
    await getsFocus("connector-tab-general");
    await page.keyboard.press("ArrowLeft");
    expect(await page.getAttribute("#connector-panel", "aria-labelledby")).toBe("connector-tab-test");
    await tabTo("test-run");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#test-outcome .status");
    await getsFocus("test-run");
    await tabTo("answer-tab-response");
    await page.keyboard.press("ArrowLeft");
    expect(await page.textContent("#answer-panel")).toContain("azure-apim.net/apim/");
  }, 120_000);

  test("shows what is made while it is open, as text whatever it is called", async () => {
    await open("#applications");
    const displayName = `<img src=x onerror="document.title='owned'"> & Co`;
    const token = await client.token("https://graph.microsoft.com");
    const before = await page.locator("#journal .entry").count();
    await client.send("POST", "https://graph.microsoft.com/v1.0/applications", { token, body: { displayName } });
    await page.locator("main .thing").nth(1).waitFor();
    expect(await page.locator("main .thing h2").allTextContents()).toContain(displayName);
    expect(await page.locator("main img").count()).toBe(0);
    expect(await page.title()).not.toBe("owned");
    expect(await page.locator("#journal .entry").count()).toBeGreaterThan(before);
  }, 60_000);

  test("shows the vault's 403 when the role is gone", async () => {
    await stack.configure({ "keyvault-connector:vault.lock": "false" });
    await stack.up();
    const { roleAssignments } = await outputs();
    const reader = roleAssignments.find(({ role }) => role === "Key Vault Secrets User");
    const arm = "https://management.azure.com";
    const token = await client.token(arm);
    const url = `${arm}${reader?.id ?? ""}?api-version=2022-04-01`;
    expect((await client.send("DELETE", url, { token })).status).toBe(200);

    await open("#connector/test");
    expect(await testOperation()).toContain("(403) Forbidden");
    const body = (await page.textContent("#test-outcome pre[aria-label=Body]")) ?? "";
    expect((JSON.parse(body) as { error: { innererror: { code: string } } }).error.innererror.code).toBe(
      "ForbiddenByRbac",
    );
    expect(await page.locator("#test-show").count()).toBe(0);
    await page.locator("#test-run").scrollIntoViewIfNeeded();
    await picture("page-refused");
    await open("#overview");
    expect(await page.locator(".stage.missing h2").allTextContents()).toEqual(["Role"]);
  }, 240_000);

  test("is beside a picture of the stack that is not out of date", async () => {
    await stack.configure({ "keyvault-connector:vault.lock": "true" });
    const restored = await stack.pulumi(["up", "--yes", "--skip-preview", "--refresh"]);
    expect(restored.code === 0 ? "" : restored.stdout).toBe("");
    const drawn = stackPicture(await stack.resources());
    const file = path.join(projectRoot(), "docs", "images", "stack.svg");
    if (process.env.PICTURES === "write") fs.writeFileSync(file, drawn);
    expect(fs.readFileSync(file, "utf8")).toBe(drawn);
  }, 240_000);

  test("asked nobody but the local cloud, and broke none of its own rules", () => {
    expect(strays).toEqual([]);
    expect(complaints).toEqual([]);
    expect(fs.existsSync(path.join(projectRoot(), "dist", "page", "page.js"))).toBe(true);
  });
});
