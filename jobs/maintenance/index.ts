/** Everything that is due again and again. */
import { applyRetentionRules } from './apply-retention.ts';
import { removeAgentRunFolders } from './remove-agent-runs.ts';

export const maintenance = [applyRetentionRules, removeAgentRunFolders];
