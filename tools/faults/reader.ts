import { setTimeout as sleep } from "node:timers/promises";
import { seed } from "../../local-cloud/seed";
import type { Cloud } from "../../local-cloud/service";

const pauseMilliseconds = 100;
/** Any public client of Entra's; this is the Azure CLI's. */
const publicClientId = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

/** A maker who reads the secret through the connection again and again, and counts what was refused. */
export class Reader {
  calls = 0;
  readonly refusals: string[] = [];
  private isStopped = false;
  private running?: Promise<void>;

  constructor(
    private readonly cloud: Cloud,
    private readonly operationUrl: string,
    private readonly makerPassword: string,
  ) {}

  /** Signs in, and begins. */
  async start(): Promise<void> {
    this.running = this.read(await this.signIn());
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.running;
  }

  private async read(token: string): Promise<void> {
    while (!this.isStopped) {
      const { status, body } = await this.cloud.call({
        method: "GET",
        url: this.operationUrl,
        headers: { authorization: `Bearer ${token}` },
      });
      this.calls += 1;
      if (status !== 200) this.refusals.push(`HTTP ${status}: ${body.slice(0, 200)}`);
      await sleep(pauseMilliseconds);
    }
  }

  private async signIn(): Promise<string> {
    const form = new URLSearchParams({
      grant_type: "password",
      client_id: publicClientId,
      username: seed.maker.userPrincipalName,
      password: this.makerPassword,
      scope: "https://apihub.azure.com/.default",
    });
    const { body } = await this.cloud.call({
      method: "POST",
      url: `https://login.microsoftonline.com/${seed.tenantId}/oauth2/v2.0/token`,
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: form.toString(),
    });
    const { access_token: token } = JSON.parse(body) as { access_token?: string };
    if (token === undefined) throw new Error(`The maker could not sign in: ${body}`);
    return token;
  }
}
