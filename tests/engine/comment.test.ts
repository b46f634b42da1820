import fs from "node:fs";
import path from "node:path";
import axe, { type AxeResults } from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { projectRoot } from "../../local-cloud/project";
import { chromiumArguments, findChromium } from "../support/browser";
import { commentPage } from "../support/commentPage";

const executablePath = findChromium();
if (executablePath === undefined)
  console.warn("There is no Chromium, and it cannot be installed here: the comment's picture is not looked at.");
const withBrowser = executablePath === undefined ? describe.skip : describe;

/** Comments of recorded previews, and of a refresh, which have a picture in docs/images. */
const pictures: [recording: string, picture: string][] = [
  ["pull-request", "comment-pull-request"],
  ["drift", "comment-drift"],
];

withBrowser("the comment as GitHub shows it", () => {
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: chromiumArguments });
    page = await browser.newPage({ viewport: { width: 940, height: 600 } });
  }, 120_000);
  afterAll(() => browser.close());

  test.each(pictures)(
    "%s",
    async (recording, picture) => {
      const file = path.join(projectRoot(), "tests", "previews", `${recording}.md`);
      await page.setContent(commentPage(fs.readFileSync(file, "utf8")));
      // The marker is not seen; the headline, one row for the environment and what is folded are.
      expect(await page.locator("main h2").count()).toBe(1);
      expect(await page.locator("tbody tr").count()).toBe(1);
      expect(await page.locator("main").innerText()).not.toMatch(/keyvault-connector:|\*\*|```|<summary>/);
      // What must be seen before anything is opened.
      const seen = await page.locator("main").innerText();
      if (recording === "pull-request") {
        expect(seen).toContain("A role is widened");
        expect(seen).toContain("The operation GetSecret is renamed to ReadSecret.");
        expect(seen).not.toContain("-GetSecret:");
        await page.locator("summary").first().click();
        expect(await page.locator(".removed").allTextContents()).toContain("-GetSecret:");
        expect(await page.locator(".added").allTextContents()).toContain("+ReadSecret:");
      } else expect(await page.locator(".added:visible").allTextContents()).toEqual(["+  summary: Changed by hand"]);
      expect(await page.locator("img, script").count()).toBe(0);
      await page.evaluate(axe.source);
      const { violations } = await page.evaluate<AxeResults>("axe.run({ rules: { region: { enabled: false }, 'page-has-heading-one': { enabled: false }, 'heading-order': { enabled: false } } })"); // prettier-ignore
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`)).toEqual([]);
      const target = path.join(projectRoot(), "docs", "images", `${picture}.png`);
      if (process.env.PICTURES === "write")
        await page.locator("article").screenshot({ path: target, animations: "disabled" });
      expect(fs.existsSync(target)).toBe(true);
    },
    60_000,
  );
});
