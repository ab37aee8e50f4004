/** projects_db: the only home of organisations, and what they work on. */
import { ApiKey } from './api-key.ts';
import { Credential } from './credential.ts';
import { Organization } from './organization.ts';
import { Project } from './project.ts';
import { Repository } from './repository.ts';

export const entities = [Organization, ApiKey, Credential, Project, Repository];
