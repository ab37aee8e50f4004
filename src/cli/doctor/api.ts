/** Whether the API answers, and takes the key of the command line. */
import { ApiUnreachable } from '../api-client.ts';
import { CliFailure } from '../failure.ts';
import { findApi } from '../find-api.ts';
import { type Finding, failed, ok, warning } from './finding.ts';

export async function lookAtApi(): Promise<Finding[]> {
  try {
    const api = await findApi({});
    await api.limits.get();
    return [ok('api', `${api.url} answers and takes the key`)];
  } catch (error) {
    if (!(error instanceof CliFailure)) throw error;
    // a machine of workers has none, and needs none
    return [(error instanceof ApiUnreachable ? warning : failed)('api', error.message)];
  }
}
