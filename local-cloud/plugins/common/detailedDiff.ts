import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { needsReplacement, propertyChanges } from "./diff";
import type { ResourceType, State } from "./plugin";
import type { Properties } from "./values";

const kinds = {
  add: [proto.PropertyDiff.Kind.ADD, proto.PropertyDiff.Kind.ADD_REPLACE],
  delete: [proto.PropertyDiff.Kind.DELETE, proto.PropertyDiff.Kind.DELETE_REPLACE],
  update: [proto.PropertyDiff.Kind.UPDATE, proto.PropertyDiff.Kind.UPDATE_REPLACE],
} as const;

/** What the engine shows in a preview and what it replaces. */
export function diff(type: ResourceType, state: State, inputs: Properties): proto.DiffResponse {
  const response = new proto.DiffResponse();
  const changes = propertyChanges(type.comparedWith?.(state) ?? state.inputs, inputs, type.sameValue);
  const { DIFF_NONE, DIFF_SOME } = proto.DiffResponse.DiffChanges;
  response.setChanges(changes.size === 0 ? DIFF_NONE : DIFF_SOME);
  response.setHasdetaileddiff(true);
  response.setStablesList([...(type.stables ?? [])]);
  for (const [path, change] of changes) {
    const replaces = needsReplacement(path, type.replaceOn);
    const property = new proto.PropertyDiff();
    property.setKind(kinds[change][replaces ? 1 : 0]);
    property.setInputdiff(true);
    response.getDetaileddiffMap().set(path, property);
    response.addDiffs(path.split(/[.[]/)[0] ?? path);
    if (replaces) response.addReplaces(path);
  }
  response.setDeletebeforereplace(
    response.getReplacesList().length > 0 && (type.deletesBeforeReplace?.(state) ?? false),
  );
  return response;
}
