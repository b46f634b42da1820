import type { PluginPackage } from "./common/plugin";
import { main } from "./common/server";
import { randomKinds } from "./random/kinds";
import { RandomResource } from "./random/localResource";

/** Stands in for https://www.pulumi.com/registry/packages/random where it cannot be downloaded. */
const random: PluginPackage = {
  name: "random",
  version: "4.21.2",
  configure: () => ({
    resources: Object.fromEntries(
      Object.entries(randomKinds).map(([token, kind]) => [token, new RandomResource(kind)]),
    ),
    functions: {},
  }),
};

void main(random);
