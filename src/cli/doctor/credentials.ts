/** With what organisations act outside: whether it can be opened, is taken, and for how long. */
import { Credential } from '../../../entities/projects/credential.ts';
import { Organization } from '../../../entities/projects/organization.ts';
import type { Engine } from '../../engine/engine.ts';
import { reasonOf } from '../../engine/errors.ts';
import { type CalledProvider, usableKinds } from '../../integrations/credentials/usable-kinds.ts';
import { defaultSlug } from '../../security/api-keys.ts';
import { keyringSource } from '../../security/vault/read-keyring.ts';
import { openCredential } from '../../security/vault/store.ts';
import { span } from '../style.ts';
import { type Finding, failed, ok, warning } from './finding.ts';

/** A credential that ends sooner is spoken of. */
const soonMs = 14 * 24 * 3_600_000;

export async function lookAtVault({ databases, config }: Engine): Promise<Finding[]> {
  const keyring = keyringSource(config);
  const rows = await credentialsOf(databases);
  const found: Finding[] = [];
  for (const row of rows) {
    const name = `${row.kind} "${row.name}" of organisation ${row.organizationId}`;
    try {
      await openCredential({ keyring }, row);
    } catch (error) {
      found.push(failed('vault', `The ${name} cannot be opened: ${reasonOf(error)}`));
    }
    const left = row.expiresAt ? row.expiresAt.getTime() - Date.now() : Number.POSITIVE_INFINITY;
    if (left < soonMs) {
      const when = left < 0 ? `ended ${span(-left)} ago` : `ends in ${span(left)}`;
      const state = left < 0 ? failed : warning;
      found.push(
        state('credentials', `The ${name} ${when}.`, `Get another, and \`gsw credentials set ${row.kind}\`.`),
      );
    }
    if (row.status === 'invalid') {
      found.push(
        failed(
          'credentials',
          `The ${name} is not valid any more: ${row.statusReason ?? 'no reason was kept'}.`,
          `Replace it: \`gsw credentials set ${row.kind}\`.`,
        ),
      );
    }
  }
  return found.length > 0 ? found : [ok('vault', `${rows.length} credentials are kept, and can be opened`)];
}

const credentialsOf = (databases: Engine['databases']) =>
  databases.maintenance.projects((em) => em.find(Credential, { status: { $ne: 'revoked' } }));

/** Asks each service whether it takes what each organisation would call it with. */
export async function lookAtServices(engine: Engine): Promise<Finding[]> {
  const { databases, config } = engine;
  const organizations = await databases.maintenance.projects((em) => em.find(Organization, {}));
  const rows = await credentialsOf(databases);
  const found: Finding[] = [];
  for (const { id, slug } of organizations) {
    const mayUseEnvironment = config.shareCredentials || slug === defaultSlug;
    for (const provider of Object.keys(usableKinds) as CalledProvider[]) {
      const own = rows.some((row) => row.organizationId === id && row.provider === provider);
      const isCalled = isUsed(config, provider);
      if ((isCalled && mayUseEnvironment) || (own && (isCalled || provider === 'slack')))
        found.push(await lookAtService(engine, id, slug, provider));
    }
  }
  if (config.agent.adapter === 'command' && organizations[0]) {
    found.push(await lookAtService(engine, organizations[0].id, null, 'codegen'));
  }
  return found;
}

/** A message in Slack is what some want, and most do not. */
function isUsed({ agent, slack }: Engine['config'], provider: CalledProvider): boolean {
  if (provider === 'codegen') return agent.adapter === 'codegen';
  return provider !== 'slack' || slack.token !== undefined;
}

function serviceOf(engine: Engine, organizationId: string, provider: CalledProvider) {
  if (provider === 'slack') return engine.messengersOf(organizationId).slack;
  const { agent, ...others } = engine.servicesOf(organizationId);
  return provider === 'codegen' ? agent : others[provider];
}

async function lookAtService(
  engine: Engine,
  organizationId: string,
  slug: string | null,
  provider: CalledProvider,
): Promise<Finding> {
  const service = serviceOf(engine, organizationId, provider);
  const check = provider === 'codegen' ? 'agent' : provider;
  const whose = slug === null ? '' : `${slug}: `;
  try {
    return ok(check, `${whose}${await service.checkAccess()}`);
  } catch (error) {
    return failed(check, `${whose}${reasonOf(error)}`);
  }
}
