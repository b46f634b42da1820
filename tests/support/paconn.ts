import { ensurePythonPackage } from "./pythonPackage";

/** The connectors' own command line; undefined where it cannot be had. */
export const ensurePaconn = (): string | undefined => ensurePythonPackage("paconn", "0.0.21", "paconn", ["setuptools"]);
