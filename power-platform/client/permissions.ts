import type { Share } from "../types";

/** The body of `modifyPermissions`, the same for connectors and connections. Nobody is sent a mail. */
export function permissionChange(put: readonly Share[], removed: readonly string[]) {
  return {
    put: put.map(({ principalId, principalType, role }) => ({
      properties: {
        roleName: role,
        capabilities: [],
        principal: { id: principalId, type: principalType, tenantId: null },
        NotifyShareTargetOption: "DoNotNotify",
      },
    })),
    delete: removed.map((id) => ({ id })),
  };
}
