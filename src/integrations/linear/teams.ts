/** Which team issues go to. */
import { PermanentFailure } from '../../engine/errors.ts';
import * as documents from './documents.ts';
import { nodesOf } from './pages.ts';
import type { Team } from './port.ts';
import type { LinearRequests } from './requests.ts';

/** Every team the API key can see. */
export const allTeams = ({ send }: LinearRequests): Promise<Team[]> =>
  Array.fromAsync(nodesOf(async (after) => (await send(documents.teams, { after })).teams));

/** The team of that key, or the only one. Throws a {@link PermanentFailure} that lists the keys to choose from. */
export function chooseTeam(teams: Team[], key: string | undefined): Team {
  const known = teams.map((team) => `${team.key} (${team.name})`).join(', ');
  if (teams.length === 0)
    throw new PermanentFailure('The Linear API key can see no team; give it access to one.');
  if (key) {
    const team = teams.find((candidate) => candidate.key.toLowerCase() === key.toLowerCase());
    if (team) return team;
    throw new PermanentFailure(`Linear has no team with the key ${key}; choose one of ${known}.`);
  }
  const [only, ...others] = teams;
  if (only && others.length === 0) return only;
  throw new PermanentFailure(`Linear has several teams; set LINEAR_TEAM_KEY to one of ${known}.`);
}
