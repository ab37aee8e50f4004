import { defineMaintenance } from '../../src/engine/define-maintenance.ts';
import { removeAgentRuns } from '../../src/retention/remove-agent-runs.ts';

/** Clears away the folders of command-line agents whose workflows are over. */
export const removeAgentRunFolders = defineMaintenance({
  name: 'remove-agent-runs',
  every: '1h',
  run: async ({ databases, config, signal }) =>
    `removed ${await removeAgentRuns(databases, config.dataDir, { signal })} folders of agent runs`,
});
