/** Everything that is due again and again. */
import { applyRetentionRules } from './apply-retention.ts';
import { countEvents } from './count-events.ts';
import { ensureMonthlyPartitions } from './ensure-partitions.ts';
import { pollServices } from './poll-services.ts';
import { removeAgentRunFolders } from './remove-agent-runs.ts';
import { watchCredentials } from './watch-credentials.ts';

export const maintenance = [
  applyRetentionRules,
  countEvents,
  ensureMonthlyPartitions,
  pollServices,
  removeAgentRunFolders,
  watchCredentials,
];
