/** One event as a line of a log. */
import type { Happening } from '../client/index.ts';
import { type Paint, signOf, spaced } from './style.ts';

type Look = {
  paint: Paint;
  /** Whether the line says of which workflow it is. */
  named: boolean;
};

/** The state whose sign stands for what happened, where that is not called after a state. */
const states: Record<string, string> = { started: 'running', succeeded: 'completed', unknown: 'waiting' };

/** `2026-11-26 18:40:03.120  ✓ operation.succeeded  linear create-issue, linear issue creation` */
export function happeningLine({ type, occurredAt, workflowId, data }: Happening, look: Look): string {
  const { paint, named } = look;
  const outcome = type.slice(type.indexOf('.') + 1);
  return [
    paint('dim', occurredAt.replace('T', ' ').replace('Z', '')),
    ...(named ? [paint('dim', workflowId)] : []),
    `${signOf(states[outcome] ?? outcome, paint)} ${type.padEnd(20)}`,
    describe(data),
  ]
    .join('  ')
    .trimEnd();
}

function describe(data: Happening['data']): string {
  const said = (name: string): string => (typeof data[name] === 'string' ? data[name] : '');
  const scope = spaced(said('scope').split('/')[0] ?? '');
  const parts = [
    [said('service'), said('operation')].filter(Boolean).join(' '),
    spaced(said('type')),
    said('title'),
    spaced(said('stage') || scope),
    said('repository'),
    said('waitingOn') && `waiting on ${said('waitingOn')}`,
    said('actor') && `by ${said('actor')}`,
  ];
  const reason = said('reason');
  return `${parts.filter(Boolean).join(', ')}${reason ? `: ${reason}` : ''}`;
}
