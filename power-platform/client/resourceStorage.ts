import { z } from "zod";
import type { Endpoints } from "./endpoints";
import type { HttpClient } from "./http";
import { parseAnswer } from "./answers";

const answerSchema = z.looseObject({ sharedAccessSignature: z.string() });

/** The storage in which icons and scripts of connectors are left, as the portal and paconn do it. */
export class ResourceStorage {
  constructor(
    private readonly http: HttpClient,
    /** Sends no token: the storage's URL is signed. */
    private readonly anonymous: HttpClient,
    /** Object id of the identity that runs Pulumi. */
    private readonly callerId: () => Promise<string>,
    private readonly endpoints: Endpoints,
  ) {}

  /** @returns the signed URL of the uploaded file */
  async upload(environmentId: string, name: string, content: Buffer, contentType: string): Promise<string> {
    const action = `get a place for ${name}`;
    const answer = await this.http.send("POST", this.endpoints.resourceStorage(await this.callerId()), {
      action,
      body: { environment: { name: environmentId } },
      // A second, unused container does no harm.
      repeatable: true,
    });
    const url = new URL(parseAnswer(answerSchema, answer, action).sharedAccessSignature);
    url.pathname = `${url.pathname}/${name}`;
    await this.anonymous.send(
      "PUT",
      { url: url.toString(), scope: "" },
      {
        action: `upload ${name}`,
        content: {
          bytes: content,
          headers: {
            "x-ms-blob-type": "BlockBlob",
            "x-ms-blob-content-type": contentType,
            "x-ms-version": "2019-02-02",
          },
        },
      },
    );
    return url.toString();
  }
}
