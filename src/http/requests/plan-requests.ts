/** What may be sent to the plan routes. */
import { z } from 'zod';
import { findCycle } from '../../plans/find-cycle.ts';
import { filledText, oneObject, text } from './texts.ts';

const words = (max: number) => filledText(max, 'This is empty; say something.');

const sentences = z.array(words(10_000)).max(200);

const step = z.strictObject({
  name: words(255).describe('Unique in the plan. A step that is there under this name stays itself.'),
  description: words(100_000),
  requirements: sentences
    .default([])
    .describe('What it must heed beyond the plan’s requirement, one sentence each.'),
  acceptanceCriteria: sentences.min(1, 'Say at least one thing that must be true when it is done.'),
  approach: text(100_000).nullable().default(null).describe('How to go about it.'),
  files: z.array(words(4_096)).max(1_000).default([]).describe('Paths it is expected to touch.'),
  dependsOn: z
    .array(words(255))
    .max(100)
    .default([])
    .describe('Names of steps that have to be completed first.'),
  effortHours: z.number().min(0, 'This is 0 to 9999.').max(9_999, 'This is 0 to 9999.'),
  complexity: z.int().min(1, 'This is 1 to 10.').max(10, 'This is 1 to 10.'),
});

export const planRequest = z
  .strictObject(
    {
      title: words(255),
      summary: words(100_000),
      steps: z.array(step).min(1, 'A plan has at least one step.').max(30, 'A plan has at most 30 steps.'),
    },
    oneObject,
  )
  .superRefine(({ steps }, context) => {
    const names = steps.map(({ name }) => name);
    const complain = (message: string, ...path: (string | number)[]) =>
      context.addIssue({ code: 'custom', message, path: ['steps', ...path] });
    let isGraph = true;
    steps.forEach(({ name, dependsOn }, index) => {
      if (names.indexOf(name) < index) {
        complain(`Another step is called "${name}"; each name must be unique.`, index, 'name');
      }
      dependsOn.forEach((on, place) => {
        if (names.includes(on)) return;
        isGraph = false;
        complain(`There is no step called "${on}" in the plan.`, index, 'dependsOn', place);
      });
    });
    const cycle = isGraph ? findCycle(new Map(steps.map((one) => [one.name, one.dependsOn]))) : null;
    if (cycle) {
      const message = `The dependencies go round in a circle: ${cycle.join(' → ')}.`;
      complain(message, names.indexOf(cycle[0] as string), 'dependsOn');
    }
  })
  .meta({
    id: 'PlanRequest',
    examples: [
      {
        title: 'A greeting',
        summary: 'Greets the reader.',
        steps: [
          {
            name: 'Greeting text',
            description: 'Add greeting/hello.md.',
            acceptanceCriteria: ['The file is there.'],
            effortHours: 1,
            complexity: 2,
          },
        ],
      },
    ],
  });

export type PlanRequest = z.output<typeof planRequest>;

export const decisionRequest = z
  .strictObject({ reason: text(10_000).optional() }, oneObject)
  .meta({ id: 'DecisionRequest', examples: [{ reason: 'as discussed' }] });
