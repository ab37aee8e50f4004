import type { CredentialKind } from '../../../entities/projects/credential.ts';
import type { Provider } from '../../../entities/providers.ts';

/** With which kinds of credential we call each provider, the one to be preferred first. */
export const usableKinds = {
  github: ['github_app', 'github_token'],
  linear: ['linear_oauth', 'linear_key'],
  codegen: ['codegen_key'],
  slack: ['slack_token'],
} as const satisfies Partial<Record<Provider, readonly [CredentialKind, ...CredentialKind[]]>>;

/** A provider that the work of a workflow calls. */
export type CalledProvider = keyof typeof usableKinds;

export type UsableKind = (typeof usableKinds)[CalledProvider][number];
