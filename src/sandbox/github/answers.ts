/** What a route gives back, and the refusals GitHub answers with. */
import type { Request } from 'express';

export type Answer = { status: number; body?: unknown; headers?: Record<string, string> };

/** One entry of `errors` in a 422. */
export type FieldError = { resource: string; field?: string; code: string; message?: string };

/** A refusal in GitHub's own shape and words. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly errors: FieldError[] | undefined;

  constructor(status: number, message: string, errors?: FieldError[]) {
    super(message);
    this.status = status;
    this.errors = errors;
  }

  answer(): Answer {
    return {
      status: this.status,
      body: {
        message: this.message,
        ...(this.errors && { errors: this.errors }),
        documentation_url: 'https://docs.github.com/rest',
        status: String(this.status),
      },
    };
  }
}

export const notFound = () => new Refusal(404, 'Not Found');

/** 422 "Validation Failed" with what exactly failed. */
export const invalid = (...errors: FieldError[]) => new Refusal(422, 'Validation Failed', errors);

export const ok = (body: unknown): Answer => ({ status: 200, body });
export const created = (body: unknown): Answer => ({ status: 201, body });
export const noContent: Answer = { status: 204 };

/** A parameter of the path; wildcards come in pieces. */
export function param(request: Request, name: string): string {
  const value = request.params[name] ?? '';
  return Array.isArray(value) ? value.join('/') : value;
}

export function query(request: Request, name: string): string | undefined {
  const value = request.query[name];
  return typeof value === 'string' ? value : undefined;
}

/** A text of the body; undefined where it is absent or something else. */
export function text(request: Request, name: string): string | undefined {
  const value: unknown = request.body?.[name];
  return typeof value === 'string' ? value : undefined;
}

/** One page of a list (`per_page` 30 unless asked, at most 100), with the `link` header to the others. */
export function paged<T>(request: Request, items: T[]): { items: T[]; headers: Record<string, string> } {
  const size = Math.min(Math.max(Number(query(request, 'per_page')) || 30, 1), 100);
  const page = Math.max(Number(query(request, 'page')) || 1, 1);
  const last = Math.max(Math.ceil(items.length / size), 1);
  const links: string[] = [];
  const link = (to: number, relation: string) => {
    const url = new URL(request.originalUrl, `${request.protocol}://${request.get('host')}`);
    url.searchParams.set('page', String(to));
    links.push(`<${url}>; rel="${relation}"`);
  };
  if (page > 1) link(page - 1, 'prev');
  if (page < last) {
    link(page + 1, 'next');
    link(last, 'last');
  }
  if (page > 1) link(1, 'first');
  return {
    items: items.slice((page - 1) * size, page * size),
    headers: links.length > 0 ? { link: links.join(', ') } : {},
  };
}
