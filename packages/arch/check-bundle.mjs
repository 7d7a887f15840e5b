/**
 * The last step of the build: bundles `dist` for a browser, prints what it weighs, and fails where it has grown too heavy, where a bundler
 * cannot leave out what is not used, where it imports what is not its own, or where it holds files that nothing imports.
 */
import { globSync } from "node:fs";
