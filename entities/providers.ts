/** Whom organisations have credentials for, and events from, and what people call them. One more takes a migration of both. */
export const providerTitles = {
  github: 'GitHub',
  linear: 'Linear',
  codegen: 'Codegen',
  slack: 'Slack',
  notion: 'Notion',
  webhook: 'webhook',
} as const;

export type Provider = keyof typeof providerTitles;

export const providers = Object.keys(providerTitles) as Provider[];
