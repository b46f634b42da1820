import type { CloudFinding } from "./finding";
import { type Claims, isUser } from "./identity";

/** Application permissions that let the stack make its applications. */
const enough = ["Application.ReadWrite.OwnedBy", "Application.ReadWrite.All"];

/** Directory roles that do too, by template id. Source: https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference */
const directoryRoles: Record<string, string> = {
  "62e90394-69f5-4237-9190-012177145e10": "Global Administrator",
  "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3": "Application Administrator",
  "158c047a-c907-4556-b7ef-446551a6b5f7": "Cloud Application Administrator",
  "cf1c38e5-3621-4004-a7cb-879624dced7c": "Application Developer",
};

/** Whether the deployer may make applications, as a token for Microsoft Graph says. */
export function entraFindings(claims: Claims): CloudFinding[] {
  const area = "Entra";
  const granted = enough.filter((permission) => claims.roles.includes(permission));
  if (granted.length > 0) {
    return [
      {
        area,
        level: "ok",
        what: `The deployer has the application permission ${granted.join(" and ")} of Microsoft Graph.`,
      },
    ];
  }
  const roles = claims.wids.flatMap((id) => directoryRoles[id.toLowerCase()] ?? []);
  if (roles.length > 0)
    return [{ area, level: "ok", what: `The deployer has the directory role ${roles.join(" and ")}.` }];
  if (isUser(claims)) {
    return [
      {
        area,
        level: "unknown",
        what: "The deployer is a user without a directory role for applications: whether users may register them is a setting of the tenant.",
        remedy: "Where they may not, it needs the role Application Developer.",
      },
    ];
  }
  const others = claims.roles.length === 0 ? "it has none" : `it has ${claims.roles.join(", ")}`;
  return [
    {
      area,
      level: "problem",
      what: `The deployer lacks the application permission Application.ReadWrite.OwnedBy of Microsoft Graph (${others}).`,
      remedy: "Add it to the deployer's app registration, and have an administrator consent to it.",
    },
  ];
}
