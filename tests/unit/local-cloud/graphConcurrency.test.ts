import { startTestCloud, type TestCloud } from "../../support/localCloud";

const graph = "https://graph.microsoft.com/v1.0";

describe("requests to Graph at the same time", () => {
  let cloud: TestCloud;
  let token: string;
  let url: string;

  beforeAll(async () => {
    cloud = await startTestCloud();
    token = await cloud.token("https://graph.microsoft.com");
    const made = await cloud.send("POST", `${graph}/applications`, { token, body: { displayName: "Two hands" } });
    url = `${graph}/applications/${(JSON.parse(made.body) as { id: string }).id}`;
  });

  afterAll(() => cloud.stop());

  const keyIds = async () => {
    const { body } = await cloud.send("GET", url, { token });
    return (JSON.parse(body) as { passwordCredentials: { keyId: string }[] }).passwordCredentials.map(
      ({ keyId }) => keyId,
    );
  };

  it("lose none of each other's changes: ten secrets are added, nine of them removed, and a redirect URI", async () => {
    const each = [...Array(10).keys()];
    const passwordCredential = { displayName: "one of ten" };
    const added = await Promise.all(
      each.map(() => cloud.send("POST", `${url}/addPassword`, { token, body: { passwordCredential } })),
    );
    const ids = added.map(({ body }) => (JSON.parse(body) as { keyId: string }).keyId);
    expect((await keyIds()).sort()).toEqual([...ids].sort());
    const removed = await Promise.all([
      ...ids.slice(1).map((keyId) => cloud.send("POST", `${url}/removePassword`, { token, body: { keyId } })),
      cloud.send("PATCH", url, { token, body: { web: { redirectUris: ["https://example.com/"] } } }),
    ]);
    expect(removed.map(({ status }) => status)).toEqual(Array(10).fill(204));
    expect(await keyIds()).toEqual(ids.slice(0, 1));
    const { body } = await cloud.send("GET", url, { token });
    expect(body).toContain("https://example.com/");
  });
});
