import { seed } from "../../../local-cloud/seed";
import { startTestCloud, type TestCloud } from "../../support/localCloud";

jest.setTimeout(60_000);

const graph = "https://graph.microsoft.com/v1.0";

interface Answer {
  status: number;
  id: string;
  appId: string;
  value: { id: string; displayName: string }[];
  responses: { id: string; status: number; body?: { displayName?: string } }[];
  error?: { code: string; message: string };
  "@odata.nextLink"?: string;
  "@odata.count"?: number;
}

let cloud: TestCloud;
let token: string;

async function send(method: string, url: string, body?: unknown, headers: Record<string, string> = {}) {
  const answer = await cloud.send(method, url.startsWith("https:") ? url : `${graph}${url}`, { token, body, headers });
  const parsed: unknown = answer.body.startsWith("{") ? JSON.parse(answer.body) : { text: answer.body };
  return { ...(parsed as Answer & { text?: string }), status: answer.status };
}
const names = async (query: string, headers?: Record<string, string>) =>
  (await send("GET", `/applications?${query}`, undefined, headers)).value.map(({ displayName }) => displayName);
const filter = (text: string) => `$filter=${encodeURIComponent(text)}`;
const eventual = { consistencylevel: "eventual" };

beforeAll(async () => {
  cloud = await startTestCloud();
  token = await cloud.token("https://graph.microsoft.com");
  for (const [index, displayName] of ["alpha", "beta", "beta and or", "it's"].entries()) {
    await send("POST", "/applications", { displayName, tags: [`tag${String(index)}`, "all"] });
  }
});
afterAll(() => cloud.stop());

describe("$filter", () => {
  it.each([
    ["displayName eq 'beta'", ["beta"]],
    ["displayName eq 'it''s'", ["it's"]],
    ["displayName eq 'beta and or'", ["beta and or"]],
    ["displayName eq 'alpha' or displayName eq 'beta'", ["alpha", "beta"]],
    ["startswith(displayName,'b') and not(displayName eq 'beta')", ["beta and or"]],
    ["(displayName eq 'alpha' or displayName eq 'beta') and tags/any(t:t eq 'tag1')", ["beta"]],
    ["displayName in ('alpha', 'nobody')", ["alpha"]],
    ["endswith(displayName,'or')", ["beta and or"]],
    ["tags/any(x:startswith(x,'tag2'))", ["beta and or"]],
    ["createdDateTime ge 2100-01-01T00:00:00Z", []],
    ["web/homePageUrl eq null and displayName ne 'Deployer' and tags/any(t:t eq 'tag0')", ["alpha"]],
  ])("understands %s", async (text, expected) => {
    expect(await names(`$count=true&${filter(text)}`, eventual)).toEqual(expected);
  });

  it("finds a service principal by any of its names, as the Azure CLI asks", async () => {
    const query = filter(`servicePrincipalNames/any(c:c eq '${seed.deployer.clientId}')`);
    expect((await send("GET", `/servicePrincipals?${query}`)).value).toMatchObject([{ id: seed.deployer.objectId }]);
  });

  it.each([
    "displayName eq",
    "displayName",
    "eq 'x'",
    "(displayName eq 'x'",
    "displayName eq 'x' extra",
    "displayName like 'x'",
    "nothing eq 1",
    "tags/any(t t eq 'x')",
    "'",
    `${"(".repeat(5000)}displayName eq 'x'${")".repeat(5000)}`,
    `${"not ".repeat(5000)}displayName eq 'x'`,
  ])("refuses %.60s", async (text) => {
    expect(await send("GET", `/applications?${filter(text)}`)).toMatchObject({
      status: 400,
      error: { code: "BadRequest" },
    });
  });

  it("answers advanced filters only to those who take eventual answers", async () => {
    const query = filter("displayName ne 'alpha'");
    expect(await send("GET", `/applications?${query}`)).toMatchObject({
      status: 400,
      error: { code: "Request_UnsupportedQuery" },
    });
  });
});

describe("paging", () => {
  it("links to the next page until there is none, and keeps the query", async () => {
    let link: string | undefined =
      `${graph}/applications?$top=2&$orderby=displayName%20desc&$count=true&$select=displayName`;
    const pages: string[][] = [];
    while (link !== undefined && pages.length < 10) {
      const page: Answer = await send("GET", link);
      expect(page["@odata.count"]).toBe(5);
      pages.push(page.value.map(({ displayName }) => displayName));
      link = page["@odata.nextLink"];
    }
    expect(pages).toEqual([["it's", "Deployer"], ["beta and or", "beta"], ["alpha"]]);
  });

  it.each(["$top=0", "$top=1000", "$top=ten", "$top=-1", "$skiptoken=nonsense", "$orderby=a,b,c"])(
    "refuses %s",
    async (query) => {
      expect((await send("GET", `/applications?${query}`)).status).toBe(400);
    },
  );

  it("counts for those who take eventual answers", async () => {
    expect(await send("GET", "/applications/$count", undefined, eventual)).toMatchObject({ status: 200, text: "5" });
    expect((await send("GET", "/applications/$count")).status).toBe(400);
  });

  it("searches by the beginnings of words", async () => {
    const search = `$search=${encodeURIComponent('"displayName:or"')}`;
    expect(await names(search, eventual)).toEqual(["beta and or"]);
    expect((await send("GET", `/applications?${search}`)).status).toBe(400);
  });
});

describe("groups", () => {
  it("are made, filled, emptied and deleted", async () => {
    const body = { displayName: "Readers", mailNickname: "readers", mailEnabled: false, securityEnabled: true };
    const { id, status } = await send("POST", "/groups", body);
    expect(status).toBe(201);
    const member = { "@odata.id": `${graph}/directoryObjects/${seed.maker.objectId}` };
    expect((await send("POST", `/groups/${id}/members/$ref`, member)).status).toBe(204);
    expect((await send("POST", `/groups/${id}/members/$ref`, member)).status).toBe(400);
    const memberOf = await send("GET", `/users/${seed.maker.objectId}/memberOf`);
    expect(memberOf.value.map(({ displayName }) => displayName)).toEqual(["Makers", "Readers"]);
    expect(cloud.local.resources()).toContainEqual({ service: "graph", type: "group", name: "Readers", id });
    expect((await send("DELETE", `/groups/${id}/members/${seed.maker.objectId}/$ref`)).status).toBe(204);
    expect((await send("GET", `/groups/${id}/members`)).value).toEqual([]);
    expect((await send("DELETE", `/groups/${id}`)).status).toBe(204);
    expect((await send("GET", `/groups/${id}`)).status).toBe(404);
  });

  it("need what a group needs", async () => {
    expect(await send("POST", "/groups", { displayName: "x" })).toMatchObject({ status: 400 });
  });
});

describe("$batch", () => {
  it("answers each request, and not those that depend on a failed one", async () => {
    const { responses, error } = await send("POST", "/$batch", {
      requests: [
        { id: "1", method: "GET", url: `/users/${seed.maker.objectId}` },
        { id: "2", method: "GET", url: "/users/nobody" },
        { id: "3", method: "GET", url: "/users", dependsOn: ["2"] },
        {
          id: "4",
          method: "POST",
          url: "/applications",
          body: { displayName: "batched" },
          headers: { "Content-Type": "application/json" },
        },
      ],
    });
    expect(error).toBeUndefined();
    expect(responses.map(({ id, status }) => [id, status])).toEqual([
      ["1", 200],
      ["2", 404],
      ["3", 424],
      ["4", 201],
    ]);
    expect(responses[0]?.body?.displayName).toBe(seed.maker.displayName);
  });

  it.each([{ requests: [] }, { requests: [{ id: "1", method: "GET", url: "https://x" }] }, {}])(
    "refuses %j",
    async (body) => {
      expect((await send("POST", "/$batch", body)).status).toBe(400);
    },
  );
});
