// Puts a workflow in and waits for its end, with the client of this package (`npm run build` makes it).
//   GSW_URL=… GSW_API_KEY=… node client.mjs OWNER/NAME requirement.md [idempotency key]
import { readFileSync } from 'node:fs';
import { ApiProblem, GswClient } from 'graph-sitter-workflows/client';

const [repository, file, idempotencyKey = crypto.randomUUID()] = process.argv.slice(2);
const gsw = new GswClient({ url: process.env.GSW_URL, apiKey: process.env.GSW_API_KEY });

try {
  const { id } = await gsw.workflows.enqueue(
    {
      repository,
      requirements: readFileSync(file, 'utf8'),
      options: { autoConfirmPlan: true, autoMerge: true },
    },
    { idempotencyKey },
  );
  const workflow = await gsw.workflows.wait(id);
  console.log(id, workflow.status);
  if (workflow.status !== 'completed') process.exitCode = 1;
} catch (error) {
  console.error(error.message);
  process.exitCode = error instanceof ApiProblem && error.status === 422 ? 2 : 1;
}
