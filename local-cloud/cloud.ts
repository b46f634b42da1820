import type { FastifyInstance } from "fastify";
import { arm } from "./arm";
import { plantAssignments } from "./arm/seed";
import { Certificates, ensureAuthority } from "./certificates";
import { Clock } from "./clock";
import { dataverse } from "./dataverse";
import { plantOrganization } from "./dataverse/seedRows";
import { entra } from "./entra";
import { createTokens } from "./entra/tokens";
import { Faults } from "./faults";
import { graph } from "./graph";
import { homeFiles } from "./home";
import { Journal } from "./journal";
import { keyVault } from "./key-vault";
import { KnobStore } from "./knobs";
import { powerPlatform } from "./power-platform";
import { Sealer } from "./sealing";
import { ensureCredentials, plant, seed } from "./seed";
import type { Cloud, InternalRequest, InternalResponse, ListedResource, Service } from "./service";
import { createServiceApp } from "./serviceApp";
import { Store } from "./store";

const services: Service[] = [entra, graph, arm, keyVault, powerPlatform, dataverse];

/** One local cloud: its state, its services, and how a request finds its service. */
export class LocalCloud {
  readonly journal: Journal;
  readonly faults = new Faults();
  private readonly apps = new Map<Service, FastifyInstance>();

  private constructor(
    readonly home: string,
    readonly cloud: Cloud,
    readonly certificates: Certificates,
  ) {
    this.journal = new Journal(homeFiles(home).journal);
  }

  /** Opens the cloud that lives in a folder, or makes a new one there. */
  static async open(home: string): Promise<LocalCloud> {
    const files = homeFiles(home);
    const store = new Store(files);
    await ensureAuthority(files);
    const clock = new Clock(store);
    const tokens = await createTokens({ keyFile: files.tokenKey, clock, tenantId: seed.tenantId });
    const cloud: Cloud = {
      store,
      clock,
      tokens,
      sealer: new Sealer(files.sealingKey),
      knobs: new KnobStore(store),
      call: (request) => local.call(request),
    };
    const local: LocalCloud = new LocalCloud(home, cloud, new Certificates(files));
    local.plant();
    for (const service of services) {
      const app = createServiceApp(service, cloud, {
        journal: local.journal,
        faults: local.faults,
        flush: () => {
          store.flush();
        },
      });
      await app.ready();
      local.apps.set(service, app);
    }
    return local;
  }

  /** The web application behind a host name; undefined for hosts that are not emulated. */
  appFor(host: string): FastifyInstance | undefined {
    const service = services.find((candidate) => candidate.answersTo(host, this.cloud));
    return service && this.apps.get(service);
  }

  /** What users made, in all services. */
  resources(): ListedResource[] {
    return services.flatMap((service) => service.resources?.(this.cloud) ?? []);
  }

  /** Back to the seed: everything that users made is gone, for good. */
  reset(): void {
    this.cloud.store.clear();
    this.journal.clear();
    this.faults.clear();
    this.plant();
  }

  async close(): Promise<void> {
    await Promise.all([...this.apps.values()].map((app) => app.close()));
    await this.journal.close();
    this.cloud.store.flush();
    this.cloud.store.compact();
  }

  private plant(): void {
    plant(this.cloud.store, ensureCredentials(homeFiles(this.home).credentials));
    plantAssignments(this.cloud.store);
    plantOrganization(this.cloud.store);
  }

  private async call({
    method,
    url,
    headers = {},
    body,
    from = "127.0.0.1",
  }: InternalRequest): Promise<InternalResponse> {
    const { host, pathname, search } = new URL(url);
    const app = this.appFor(host);
    if (!app) throw new Error(`${host} is not a host of the local cloud.`);
    const answer = await app.inject({
      method: method as "GET",
      url: `${pathname}${search}`,
      headers: { ...headers, host },
      remoteAddress: from,
      ...(body === undefined ? {} : { payload: body }),
    });
    const answered = Object.entries(answer.headers).map(([name, value]) => [name, String(value)] as const);
    return { status: answer.statusCode, headers: Object.fromEntries(answered), body: answer.body };
  }
}
