/** Who may send us events. What a further one takes stands in docs/events.md. */
import type { EventProvider } from '../provider.ts';
import { github } from './github.ts';
import { linear } from './linear.ts';
import { notion } from './notion.ts';
import { slack } from './slack.ts';

const all: readonly EventProvider[] = [github, linear, slack, notion];

/** Names of them all. */
export const providerNames = all.map(({ provider }) => provider);

export const providerNamed = (name: string): EventProvider | undefined =>
  all.find(({ provider }) => provider === name);
