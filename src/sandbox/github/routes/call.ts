import type { Request } from 'express';
import type { Answer } from '../answers.ts';
import type { SandboxRepository } from '../repository.ts';

/** One authorised request to a repository that exists. */
export type Call = {
  request: Request;
  repository: SandboxRepository;
  /** Scheme, host and port of the sandbox. */
  origin: string;
  /** Whose token it is. */
  login: string;
};

/** Handlers by method and path below `/repos/{owner}/{repo}`; the first that fits answers. */
export type Routes = Record<
  `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} ${string}`,
  (call: Call) => Promise<Answer> | Answer
>;
