/** Which team issues go to. */
import { PermanentFailure } from '../../engine/errors.ts';
import * as documents from './documents.ts';
import type { Team } from './port.ts';
import type { LinearRequests } from './requests.ts';

/** Every team the API key can see. */
export async function allTeams({ send }: LinearRequests): Promise<Team[]> {
  const found: Team[] = [];
  let after: string | null = null;
  do {
    const { teams }: { teams: documents.Page<Team> } = await send(documents.teams, { after });
    found.push(...teams.nodes);
    after = teams.pageInfo.hasNextPage ? teams.pageInfo.endCursor : null;
  } while (after);
  return found;
}

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
