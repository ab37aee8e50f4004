/**
 * One route of the API, said once: what it takes, what it answers, and how. Requests are checked against it
 * (`route-router.ts`), and the OpenAPI document is made from it (`openapi.ts`), so neither can differ from the other.
 */
import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Role } from '../../entities/projects/roles.ts';
import type { By } from '../databases/settings.ts';
import type { OrganizationDatabases } from '../databases/tenancy.ts';
import type { Engine } from '../engine/engine.ts';
import type { KeyHolder } from '../security/api-keys.ts';
import type { Scope } from '../security/scopes.ts';

/** What routes work with; changes that are made through it are made in the caller's name. */
export type RouteEngine = Pick<
  Engine,
  'config' | 'databases' | 'queues' | 'catalogue' | 'servicesOf' | 'logger'
>;

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

export type Tag = keyof typeof tags;

/** The chapters of the document, in order; and what an API key's scopes are about. */
export const tags = {
  workflows: 'Put workflows in, look at them, answer their questions, hold, end and repeat them.',
  projects: 'Repositories on the dashboard, and how their workflows behave.',
  requirements: 'What was asked for, version by version.',
  plans: 'What requirements were split into, and what became of each step.',
  operations: 'Every call to the outside world, and every prompt to an agent.',
  metrics: 'How it goes, in figures.',
  schedules: 'Have workflows put in again and again.',
  events: 'What other services tell us, and who may.',
  subscriptions: 'Have others told what happens here, by webhook or in Slack.',
  administration: 'Keys, people, texts and credentials of an organisation, and who did what.',
  limits: 'How much of the installation an organisation may take up.',
} as const;

export type Asked<Query, Body> = {
  engine: RouteEngine;
  /** Of the caller's organisation. */
  db: OrganizationDatabases;
  caller: KeyHolder;
  by: By;
  /** A parameter of the path that `ids` names. */
  id(name?: string): string;
  query: Query;
  body: Body;
  /** For what a route that `creates` makes: the same again when it is sent again under its key. */
  newId: string;
  /** The header `Idempotency-Key`, where there is one. */
  idempotencyKey: string | undefined;
  /** The version that the header `If-Match` names, where there is one. */
  ifMatch: number | undefined;
  /** Aborts when this process is about to end: answers that take long should. */
  closing: AbortSignal;
  req: Request;
  /** For headers of the answer; its body is what the handler gives. */
  res: Response;
};

export type RouteOf<Query extends z.ZodType, Body extends z.ZodType, Answer extends z.ZodType> = {
  method: Method;
  /** As Express has it, such as `/v1/workflows/:id`. */
  path: string;
  /** What generated clients call it. */
  name: string;
  /** The least role that may: a viewer may read and an operator change, where nothing else is said. */
  role?: Role;
  tag: Tag;
  summary: string;
  description?: string;
  /** What the parameters of the path are the ids of, in words: `{ id: 'workflow' }`. Where there is none: 404. */
  ids?: Record<string, string>;
  query?: Query;
  body?: Body;
  /**
   * Makes one thing, with the id `newId`, in one transaction; this is the path of the route that shows it, such as
   * `/v1/schedules/:id`. `Location` and `Idempotency-Key` follow from it (`make-once.ts`).
   */
  creates?: string;
  /** Fields of its answer that are told this once: they are kept nowhere, and null when it is sent again. */
  shownOnce?: readonly string[];
  /** Its handler minds `Idempotency-Key` itself, as a part of what it writes: sent twice under one key = sent once. */
  idempotent?: boolean;
  /** Takes `If-Match`, and its answers have an `ETag`: nothing that others changed meanwhile is overwritten. */
  versioned?: boolean;
  /** Of its success; 200 where it says nothing. */
  status?: 200 | 201 | 202 | 204;
  /** Undefined: the answer has no body. */
  answer?: Answer;
  /** May answer with server-sent events instead; its handler then gives null. */
  streams?: boolean;
  /** Kinds of problems that are its own, by status, in words. */
  problems?: Record<number, string>;
  handle(
    asked: Asked<z.output<Query>, z.output<Body>>,
  ): Promise<z.input<Answer> | null> | z.input<Answer> | null;
};

// biome-ignore lint/suspicious/noExplicitAny: routes differ in what they take and answer
export type Route = RouteOf<any, any, any>;

/** What an API key may be narrowed to. */
export const scopes: readonly Scope[] = Object.keys(tags).flatMap((tag): Scope[] => [
  `${tag}:read`,
  `${tag}:write`,
]);

/** What a route takes of a key that has scopes. */
export const scopeFor = ({ tag, method }: Route): Scope => `${tag}:${method === 'get' ? 'read' : 'write'}`;

/** The least role that a route takes. */
export const roleFor = ({ role, method }: Route): Role => role ?? (method === 'get' ? 'viewer' : 'operator');

export function defineRoute<
  Query extends z.ZodType = z.ZodUndefined,
  Body extends z.ZodType = z.ZodUndefined,
  Answer extends z.ZodType = z.ZodVoid,
>(route: RouteOf<Query, Body, Answer>): Route {
  return route;
}
