/** Progress as lines, each saying one thing that has changed since the last look. */
import type { WorkflowView } from '../http/workflow-view.ts';
import { factOf, failureOf } from './board.ts';
import { duration, type Paint, signOf, spaced } from './style.ts';

/** A wait that is no gate is told when it has lasted this long: most waits are polls that end at once. */
const quietWaitMs = 6_000;

export class ChangeLog {
  readonly #paint: Paint;
  readonly #begun = Date.now();
  /** What has been told already. */
  readonly #told = new Set<string>();
  #waiting = { on: '', since: 0 };

  constructor(paint: Paint) {
    this.#paint = paint;
  }

  /** With the time since the beginning in front. */
  stamped(text: string): string {
    return `${this.#paint('dim', duration(Date.now() - this.#begun).padStart(9))}  ${text}`;
  }

  /** Lines for what is new in this look; none where nothing is. */
  changes(view: WorkflowView): string[] {
    const news = [...this.#stages(view), ...this.#trouble(view), ...this.#steps(view), ...this.#wait(view)];
    return news.filter(({ key }) => this.#tell(key)).map(({ line }) => this.stamped(line));
  }

  #tell(key: string): boolean {
    if (this.#told.has(key)) return false;
    this.#told.add(key);
    return true;
  }

  #stages(view: WorkflowView) {
    const last = view.stages.length;
    return view.stages
      .filter(({ status }) => !['pending', 'queued'].includes(status))
      .map((stage) => {
        const isOver = stage.status !== 'running' && stage.status !== 'waiting';
        const took = isOver && stage.durationMs !== null ? [duration(stage.durationMs)] : [];
        const facts = isOver ? factOf(view, stage.name) : '';
        const more = [...took, ...(facts ? [facts] : [])].join(', ');
        const sign = signOf(isOver ? stage.status : 'running', this.#paint);
        return {
          key: `${stage.name} ${isOver ? stage.status : 'running'}`,
          line: `${sign} ${stage.order}/${last} ${spaced(stage.name)}${more ? this.#paint('dim', `  ${more}`) : ''}`,
        };
      });
  }

  #steps(view: WorkflowView) {
    return view.steps.flatMap((step) => {
      const name = `step ${step.number} “${step.title}”`;
      const news = (key: string, line: string) => ({ key: `${step.id} ${key}`, line: `      ${line}` });
      const { pullRequest: pull, status } = step;
      const lines = [];
      if (step.startedAt) lines.push(news('begun', `${name}: the agent works on it`));
      if (pull) lines.push(news(`pull ${pull.number}`, `${name}: pull request #${pull.number}`));
      if (pull && pull.score !== null) {
        lines.push(news(`score ${pull.score}`, `${name}: #${pull.number} has ${pull.score} of 100 points`));
      }
      if (pull?.status === 'merged') {
        lines.push(news('merged', `${name}: #${pull.number} merged into the dev branch`));
      }
      if (status === 'failed' || status === 'skipped') {
        const why = `${signOf(status, this.#paint)} ${name} ${status}: ${step.error ?? 'no reason was kept'}`;
        lines.push(news(`${status} ${step.error}`, why));
      }
      return lines;
    });
  }

  /** Failed attempts that are made again, and effects that a crash had hidden. */
  #trouble(view: WorkflowView) {
    return view.operations.flatMap((operation) => {
      const id = `${operation.scope} ${operation.key}`;
      const where = operation.step === null ? '' : ` (step ${operation.step})`;
      const what = `${operation.service}: ${operation.type}${where}`;
      if (operation.adopted) {
        const line = `      ${this.#paint('cyan', '↻')} ${what} had been done before a crash; found, not repeated`;
        return [{ key: `${id} adopted`, line }];
      }
      if (operation.error && operation.status !== 'succeeded') {
        const line = `      ${this.#paint('yellow', '!')} ${what}: ${operation.error}`;
        return [{ key: `${id} ${operation.error}`, line }];
      }
      return [];
    });
  }

  #wait(view: WorkflowView) {
    if (view.status === 'failed') {
      return [{ key: 'failed', line: this.#paint('red', failureOf(view)) }];
    }
    const on = view.waitingOn ?? '';
    if (on !== this.#waiting.on) this.#waiting = { on, since: Date.now() };
    const lasts = view.signals.gate !== null || Date.now() - this.#waiting.since > quietWaitMs;
    return on && lasts ? [{ key: `wait ${on}`, line: this.#paint('yellow', `◷ waiting on ${on}`) }] : [];
  }
}
