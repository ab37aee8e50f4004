/** The methods of the client for administrators: keys, people, the audit log, texts, credentials. */

import { everyOf, part, queryOf } from './address.ts';
import type {
  ApiKey,
  ApiKeyRequest,
  ApiKeyRotation,
  AuditEntry,
  AuditPage,
  AuditVerification,
  Credential,
  CredentialRequest,
  CredentialTrial,
  CredentialValue,
  Member,
  MemberRequest,
  NewApiKey,
  Organization,
  OrganizationChange,
  RotatedApiKey,
  Template,
  TemplateDetail,
  TemplateLabelRequest,
  TemplateVersion,
  TemplateVersionRequest,
} from './api-types.ts';
import type { Keyed, Transport, Versioned } from './transport.ts';

type Send = Pick<Transport, 'request'>;

export type AuditQuery = {
  actor?: string;
  actorKind?: AuditEntry['actor']['kind'];
  /** `workflow.*` for all of a subject. */
  action?: string;
  subjectId?: string;
  /** ISO 8601. */
  from?: string;
  to?: string;
  limit?: number;
  cursor?: string;
};

const keyed = ({ idempotencyKey = crypto.randomUUID() }: Keyed = {}): Required<Keyed> => ({ idempotencyKey });

export const apiKeys = (to: Send) => ({
  list: (): Promise<{ items: ApiKey[] }> => to.request('GET', '/v1/api-keys'),
  get: (id: string): Promise<ApiKey> => to.request('GET', `/v1/api-keys/${part(id)}`),
  /** The key is shown this once. */
  create: (request: ApiKeyRequest, how?: Keyed): Promise<NewApiKey> =>
    to.request('POST', '/v1/api-keys', { body: request, ...keyed(how) }),
  rotate: (id: string, rotation: ApiKeyRotation = {}, how?: Keyed): Promise<RotatedApiKey> =>
    to.request('POST', `/v1/api-keys/${part(id)}/rotate`, { body: rotation, ...keyed(how) }),
  revoke: (id: string): Promise<ApiKey> => to.request('DELETE', `/v1/api-keys/${part(id)}`),
});

export const organization = (to: Send) => ({
  get: (): Promise<Organization> => to.request('GET', '/v1/organization'),
  change: (change: OrganizationChange, { version }: Versioned = {}): Promise<Organization> =>
    to.request('PATCH', '/v1/organization', { body: change, version }),
});

export const members = (to: Send) => ({
  list: (): Promise<{ items: Member[] }> => to.request('GET', '/v1/members'),
  get: (id: string): Promise<Member> => to.request('GET', `/v1/members/${part(id)}`),
  add: (request: MemberRequest, how?: Keyed): Promise<Member> =>
    to.request('POST', '/v1/members', { body: request, ...keyed(how) }),
  changeRole: (id: string, role: Member['role'], { version }: Versioned = {}): Promise<Member> =>
    to.request('PATCH', `/v1/members/${part(id)}`, { body: { role }, version }),
  remove: (id: string, { version }: Versioned = {}): Promise<void> =>
    to.request('DELETE', `/v1/members/${part(id)}`, { version }),
});

export const audit = (to: Send) => ({
  page: (query: AuditQuery = {}): Promise<AuditPage> => to.request('GET', `/v1/audit${queryOf(query)}`),
  /** All of them, newest first, page by page. */
  list: (query: Omit<AuditQuery, 'cursor'> = {}): AsyncGenerator<AuditEntry> =>
    everyOf((cursor) => to.request('GET', `/v1/audit${queryOf({ ...query, cursor })}`)),
  /** @param anchor a head that was noted earlier, as `sequence:hash` */
  verify: (anchor?: string): Promise<AuditVerification> =>
    to.request('GET', `/v1/audit/verification${queryOf({ anchor })}`),
});

export const templates = (to: Send) => ({
  list: (): Promise<{ items: Template[] }> => to.request('GET', '/v1/templates'),
  get: (id: string): Promise<TemplateDetail> => to.request('GET', `/v1/templates/${part(id)}`),
  version: (id: string, version: string): Promise<TemplateVersion> =>
    to.request('GET', `/v1/templates/${part(id)}/versions/${part(version)}`),
  addVersion: (id: string, request: TemplateVersionRequest, how?: Keyed): Promise<TemplateVersion> =>
    to.request('POST', `/v1/templates/${part(id)}/versions`, { body: request, ...keyed(how) }),
  moveLabel: (id: string, label: TemplateLabelRequest): Promise<TemplateDetail> =>
    to.request('PUT', `/v1/templates/${part(id)}/labels`, { body: label }),
});

export const credentials = (to: Send) => ({
  list: (): Promise<{ items: Credential[] }> => to.request('GET', '/v1/credentials'),
  get: (id: string): Promise<Credential> => to.request('GET', `/v1/credentials/${part(id)}`),
  create: (request: CredentialRequest, how?: Keyed): Promise<Credential> =>
    to.request('POST', '/v1/credentials', { body: request, ...keyed(how) }),
  replace: (id: string, value: CredentialValue): Promise<Credential> =>
    to.request('PUT', `/v1/credentials/${part(id)}/value`, { body: value }),
  /** Asks the provider. */
  test: (id: string): Promise<CredentialTrial> => to.request('POST', `/v1/credentials/${part(id)}/test`),
  revoke: (id: string): Promise<Credential> => to.request('DELETE', `/v1/credentials/${part(id)}`),
});
