/** Who does something: what the audit log, the change log and the outbox keep of it. */

/**
 * `person`: at the command line or named by another system; `key`: an API key; `worker`: a process of ours;
 * `provider`: GitHub, Linear and the like; `role`: all that is known is the database role.
 */
export const actorKinds = ['person', 'key', 'worker', 'provider', 'role'] as const;

export type ActorKind = (typeof actorKinds)[number];

export type Actor = {
  kind: ActorKind;
  /** What people call it: the key's name, the account, host and process of the worker. */
  name: string;
  /** Its row or account, where it has one: of a key `projects.api_keys.id`. */
  id?: string;
};
