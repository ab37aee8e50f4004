/** The scope of operations that stop agents whose time is up (`../time/late-agents.ts`); no function's name. */
export const lateAgents = 'late_agents';
