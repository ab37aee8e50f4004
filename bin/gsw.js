#!/usr/bin/env node
// Plain JavaScript that any Node of the last years understands, so that an old one is told what it lacks.
import { existsSync } from 'node:fs';

const minimum = 24;

// A checkout has the source, which is never out of date; a package has only what was built.
const source = new URL('../src/cli/main.ts', import.meta.url);
const built = new URL('../dist/src/cli/main.js', import.meta.url);
const inCheckout = existsSync(source);

if (inCheckout && !existsSync(new URL('../node_modules', import.meta.url))) {
  refuse('The packages that this needs are not installed. Run `npm ci` first.');
} else if (Number.parseInt(process.versions.node, 10) < minimum) {
  refuse(
    inCheckout
      ? `This takes Node ${minimum} or newer; here runs ${process.versions.node}. Use \`npm run gsw -- …\`: npm's scripts run the Node that \`npm ci\` has brought along.`
      : `This takes Node ${minimum} or newer; here runs ${process.versions.node}. Install it from https://nodejs.org.`,
  );
} else {
  await import((inCheckout ? source : built).href);
}

function refuse(sentence) {
  process.stderr.write(`gsw: ${sentence}\n`);
  process.exitCode = 1;
}
