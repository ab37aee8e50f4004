import { verifyWithFallback } from '@octokit/webhooks-methods';
import { type Body, type EventProvider, type Told, text, timeIn } from '../provider.ts';

/** GitHub's deliveries have an id that stays when they are sent again, and no time that is signed. */
export const github: EventProvider = {
  provider: 'github',
  signedWith: 'github_webhook_secret',
  takesOurSecret: true,

  async refusal({ raw, header }, [secret, ...older]) {
    const signature = header('x-hub-signature-256');
    if (!signature) return 'There is no X-Hub-Signature-256; give the webhook its secret at GitHub.';
    const right = raw.length > 0 && (await verifyWithFallback(secret, raw.toString(), signature, older));
    return right ? null : 'X-Hub-Signature-256 is not what the secret of this source makes of the body.';
  },

  read({ header }, body) {
    const externalId = header('x-github-delivery');
    const name = header('x-github-event');
    if (!externalId || !name) return null;
    const action = text(body.action);
    return {
      externalId,
      eventType: action ? `${name}.${action}` : name,
      actorName: text(body.sender?.login),
      actorExternalId: text(body.sender?.id),
      ...subjectOf(name, body),
    };
  },
};

type Subject = Pick<Told, 'title' | 'targetType' | 'targetId' | 'threadId' | 'sourceUrl' | 'occurredAt'>;

/** What it is about: the first of these that it has. */
function subjectOf(name: string, body: Body): Subject {
  const repository = text(body.repository?.full_name);
  const pull = body.pull_request ?? (body.issue?.pull_request ? body.issue : undefined);
  const numbered = pull ?? body.issue ?? body.discussion;
  const told = body.comment ?? body.review ?? body.check_run ?? body.check_suite ?? body.workflow_run;
  const about = numbered ?? told ?? body.release ?? body.repository;
  const thread = repository && numbered?.number ? `${repository}#${numbered.number}` : repository;
  return {
    title: text(numbered?.title ?? told?.name ?? body.release?.name ?? body.ref ?? repository)?.slice(0, 500),
    targetType: pull ? 'pull_request' : body.issue ? 'issue' : name,
    targetId: text(numbered?.number ?? told?.id ?? about?.id),
    threadId: thread?.slice(0, 255),
    sourceUrl: text(told?.html_url ?? numbered?.html_url ?? about?.html_url),
    occurredAt: timeIn(told?.updated_at ?? told?.submitted_at ?? numbered?.updated_at),
  };
}
