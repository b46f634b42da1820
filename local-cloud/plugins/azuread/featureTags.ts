import { isObject, type Properties } from "../common/values";

/** Tags with a meaning to Entra: https://learn.microsoft.com/graph/api/resources/serviceprincipal (tags) */
const featureTags = {
  customSingleSignOn: "WindowsAzureActiveDirectoryCustomSingleSignOnApplication",
  enterprise: "WindowsAzureActiveDirectoryIntegratedApp",
  gallery: "WindowsAzureActiveDirectoryGalleryApplicationNonPrimaryV1",
  hide: "HideApp",
};

/** Inputs whose `featureTags`, if any, are written as `tags`. */
export function withTags(inputs: Properties): Properties {
  const features: unknown = Array.isArray(inputs.featureTags) ? inputs.featureTags[0] : undefined;
  if (!isObject(features)) return inputs;
  const tags = Object.entries(featureTags).filter(([feature]) => features[feature] === true);
  return { ...inputs, tags: tags.map(([, tag]) => tag) };
}

/** `featureTags` as the plugin shows them. */
export function featuresOf(tags: unknown): Properties[] {
  const present = Array.isArray(tags) ? tags : [];
  return [Object.fromEntries(Object.entries(featureTags).map(([feature, tag]) => [feature, present.includes(tag)]))];
}
