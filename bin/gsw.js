#!/usr/bin/env node
// Plain JavaScript that any Node of the last years understands, so that an old one is told what it lacks.
import { existsSync } from 'node:fs';

const minimum = 24;

// A checkout has the source, which is never out of date; a package has only what was built.
const source = new URL('../src/cli/main.ts', import.meta.url);
const built = new URL('../dist/src/cli/main.js', import.meta.url);

if (Number.parseInt(process.versions.node, 10) >= minimum) {
  await import((existsSync(source) ? source : built).href);
} else {
  process.stderr.write(
    `gsw: This takes Node ${minimum} or newer; here runs ${process.versions.node}. In a checkout use \`npm run gsw -- …\`, for npm's scripts run the Node that \`npm ci\` brought along; else install it from https://nodejs.org.\n`,
  );
  process.exitCode = 1;
}
