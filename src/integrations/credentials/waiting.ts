/** The words in which work waits for a credential; by them it is found again when there is one. */
import { type Provider, providerTitles } from '../../../entities/providers.ts';
import { WaitForPeople } from '../../engine/errors.ts';
import { timings } from '../../engine/timings.ts';
import { usableKinds } from './usable-kinds.ts';

/** How every such wait begins. */
export const waitingFor = (provider: Provider): string => `a valid ${providerTitles[provider]} credential`;

/**
 * @param slug of the organisation; undefined where it has no row of its own
 * @param isThere whether there is one by now
 */
export function waitForCredential(
  provider: keyof typeof usableKinds,
  why: string,
  slug: string | undefined,
  kind: string = usableKinds[provider][0],
  isThere?: () => Promise<boolean>,
): WaitForPeople {
  const organization = slug ? ` --organization ${slug}` : '';
  return new WaitForPeople(
    timings.credentialCheckMs,
    `${waitingFor(provider)}: ${why}; replace it with \`gsw credentials set ${kind}${organization}\``,
    isThere,
  );
}
