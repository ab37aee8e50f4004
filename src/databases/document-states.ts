/** The diagrams of docs/state-machine.md, from the very tables that the database's triggers are made of. */
import { operationStates, operationTransitions } from '../../entities/workflows/operation.ts';
import { progressStates, stageTransitions, stepTransitions } from '../../entities/workflows/progress.ts';
import { workflowStates, workflowTransitions } from '../../entities/workflows/workflow-states.ts';
import { fill } from '../generated-part.ts';

type Machine = { states: readonly string[]; next: Partial<Record<string, readonly string[]>> };

const machines: Record<string, Machine> = {
  workflow: { states: workflowStates, next: workflowTransitions },
  stage: { states: progressStates, next: stageTransitions },
  step: { states: progressStates, next: stepTransitions },
  operation: { states: operationStates, next: operationTransitions },
};

/** The page with its diagrams as the code is now. Throws where its table of a machine leaves out a state or has another. */
export function documentStates(text: string): string {
  let documented = text;
  for (const [name, machine] of Object.entries(machines)) {
    documented = fill(documented, `states of ${name}`, diagramOf(machine));
    checkMeanings(documented, name, machine);
  }
  return documented;
}

/** The first state is where a row begins; one without a successor is final. */
function diagramOf({ states, next }: Machine): string {
  const lines = states.flatMap((from) =>
    (next[from] ?? []).length === 0
      ? [`  ${from} --> [*]`]
      : (next[from] ?? []).map((to) => `  ${from} --> ${to}`),
  );
  return ['```mermaid', 'stateDiagram-v2', `  [*] --> ${states[0]}`, ...lines, '```'].join('\n');
}

/** The rows `| state | … |` between a diagram and the next heading. */
function checkMeanings(text: string, name: string, { states }: Machine): void {
  const section = text.split(`<!-- end of states of ${name} -->`)[1]?.split('\n## ')[0] ?? '';
  const told = [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, state]) => state as string);
  const wrong = [
    ...states.filter((state) => !told.includes(state)),
    ...told.filter((state) => !states.includes(state)),
  ];
  if (wrong.length > 0) {
    throw new Error(
      `docs/state-machine.md should tell every state of a ${name} once; look at: ${wrong.join(', ')}.`,
    );
  }
}
