import type { Octokit, RestEndpointMethodTypes } from '@octokit/rest';
import { isRefusal } from './failures.ts';
import type { GitHub } from './port.ts';
import { addressOf } from './repository-calls.ts';

type Found = RestEndpointMethodTypes['search']['issuesAndPullRequests']['response']['data']['items'][number];

/** Issues of people. Search asks for all repositories of an owner at once, so it costs the same however many there are. */
export function issueCalls({ rest, paginate }: Octokit): Pick<GitHub, 'listGivenIssues'> {
  /** `paginate` takes the first list or text of an answer for the list, which here need not be it. */
  async function search(q: string): Promise<Found[]> {
    const all: Found[] = [];
    // GitHub gives the first thousand, and refuses a page beyond
    for (let page = 1; page <= 10; page += 1) {
      try {
        const asked = { q, sort: 'updated', order: 'asc', per_page: 100, page } as const;
        const { items } = (await rest.search.issuesAndPullRequests(asked)).data;
        all.push(...items);
        if (items.length < 100) break;
      } catch (error) {
        // the owner is no more, or the token may see nothing of his
        if (isRefusal(error, 422)) return [];
        throw error;
      }
    }
    return all;
  }

  return {
    async listGivenIssues({ owner }, to, since) {
      const wanted = 'label' in to ? `label:${quoted(to.label)}` : `assignee:${quoted(to.assignee)}`;
      const found = await search(
        `is:issue is:open archived:false user:${owner} ${wanted} updated:>=${since.toISOString()}`,
      );
      const given = found.map(async ({ repository_url, number, title, body, html_url }) => {
        const [ownerOf = '', name = ''] = new URL(repository_url).pathname.split('/').slice(-2);
        const repository = { owner: ownerOf, name };
        const events = await paginate(rest.issues.listEvents, {
          ...addressOf(repository),
          issue_number: number,
          per_page: 100,
        });
        const event = events.findLast((one) => {
          if ('label' in to)
            return one.event === 'labeled' && 'label' in one && isSame(one.label.name, to.label);
          return one.event === 'assigned' && 'assignee' in one && isSame(one.assignee?.login, to.assignee);
        });
        if (!event || new Date(event.created_at) < since) return [];
        const givenAt = new Date(event.created_at);
        const text = { title, body: body ?? '', url: html_url };
        return [{ repository, number, ...text, givenBy: event.actor?.login ?? null, givenAt }];
      });
      return (await Promise.all(given)).flat();
    },
  };
}

const quoted = (text: string) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;

const isSame = (one: string | undefined, other: string) => one?.toLowerCase() === other.toLowerCase();
