/** Of the organisation that the API key is of. */
import type { Credential } from '../../client/index.ts';
import type { ApiClient } from '../api-client.ts';
import { CliFailure } from '../failure.ts';
import type { CredentialKeeper, Which } from './keeper.ts';

export function keeperOverApi({ credentials }: Pick<ApiClient, 'credentials'>): CredentialKeeper {
  async function find({ kind, name }: Which): Promise<Credential | undefined> {
    const { items } = await credentials.list();
    return items.find((one) => one.kind === kind && one.name === name && one.status !== 'revoked');
  }
  async function get(which: Which): Promise<Credential> {
    const found = await find(which);
    if (found) return found;
    throw new CliFailure(`There is no ${which.kind} called "${which.name}".`);
  }
  return {
    list: async () => (await credentials.list()).items,
    async set({ kind, name, settings, ...rest }) {
      const value = { ...rest, ...(settings && { settings }) };
      const there = await find({ kind, name });
      const kept = there
        ? await credentials.replace(there.id, value)
        : await credentials.create({ kind, name, ...value });
      return { kept };
    },
    test: async (which) => credentials.test((await get(which)).id),
    revoke: async (which) => credentials.revoke((await get(which)).id),
  };
}
