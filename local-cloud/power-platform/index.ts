import type { Service } from "../service";

export const powerPlatform: Service = { name: "power-platform", answersTo: () => false, routes: () => undefined };
