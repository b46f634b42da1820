/** An entry of a list in the settings: its name is part of the names of its resources. */
export interface Entry {
  name: string;
  /** Earlier names, oldest first; kept as long as the entry lives. */
  renamedFrom: readonly string[];
}

/** The connector of settings without a list: its resources have plain names. */
export const onlyConnector = "main";

/** Where a renamed entry is known from: without this, the engine would replace it. */
export interface Names {
  /** Of the component, such as "connector-payroll". */
  name: string;
  /** The first name that it ever had: ids are made of it. */
  firstName: string;
  options: { aliases: { name: string }[] };
}

/** Names of an entry's component. @param kind such as "connector" */
export function namesOf(kind: string, { name, renamedFrom }: Entry): Names {
  const withKind = (entry: string) => (entry === onlyConnector ? kind : `${kind}-${entry}`);
  return {
    name: withKind(name),
    firstName: withKind(renamedFrom[0] ?? name),
    options: { aliases: renamedFrom.map((earlier) => ({ name: withKind(earlier) })) },
  };
}
