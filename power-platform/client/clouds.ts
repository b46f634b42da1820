/** The national clouds of the Power Platform. */
export const cloudNames = ["public", "gcc", "gccHigh", "dod", "china"] as const;
export type Cloud = (typeof cloudNames)[number];

/** Hosts of a cloud, and the resource for which the Power Apps services take tokens. */
export interface CloudHosts {
  /** Entra. */
  authority: string;
  /** Business application platform: environments. */
  businessApps: string;
  /** The Power Apps resource provider: custom connectors. It has no published reference; the portal and paconn use it. */
  powerApps: string;
  powerAppsResource: string;
  /** The Power Platform API: connections. */
  powerPlatform: string;
}

/**
 * Only the public cloud was tried, and that against the local cloud; of the others no more is known than their addresses.
 * Source: internal/constants/constants.go of https://github.com/microsoft/terraform-provider-power-platform (57ba091a), which
 * gives GCC High the Power Platform API of DoD.
 */
export const clouds: Record<Cloud, CloudHosts> = {
  public: {
    authority: "https://login.microsoftonline.com",
    businessApps: "https://api.bap.microsoft.com",
    powerApps: "https://api.powerapps.com",
    powerAppsResource: "https://service.powerapps.com",
    powerPlatform: "api.powerplatform.com",
  },
  gcc: {
    authority: "https://login.microsoftonline.com",
    businessApps: "https://gov.api.bap.microsoft.us",
    powerApps: "https://gov.api.powerapps.us",
    powerAppsResource: "https://service.powerapps.us",
    powerPlatform: "api.gov.powerplatform.microsoft.us",
  },
  gccHigh: {
    authority: "https://login.microsoftonline.us",
    businessApps: "https://high.api.bap.microsoft.us",
    powerApps: "https://high.api.powerapps.us",
    powerAppsResource: "https://high.service.apps.appsplatform.us",
    powerPlatform: "api.appsplatform.us",
  },
  dod: {
    authority: "https://login.microsoftonline.us",
    businessApps: "https://api.bap.appsplatform.us",
    powerApps: "https://api.apps.appsplatform.us",
    powerAppsResource: "https://service.apps.appsplatform.us",
    powerPlatform: "api.appsplatform.us",
  },
  china: {
    authority: "https://login.chinacloudapi.cn",
    businessApps: "https://api.bap.partner.microsoftonline.cn",
    powerApps: "https://api.powerapps.cn",
    powerAppsResource: "https://service.powerapps.cn",
    powerPlatform: "api.powerplatform.partner.microsoftonline.cn",
  },
};
