/** Progress as lines, each saying one thing that has changed since the last look. */
import { progressEnds } from '../../entities/workflows/progress.ts';
import type { StepView } from '../http/views/step-view.ts';
import type { StageView, WorkflowView } from '../http/views/workflow-view.ts';
import { factOf } from './board.ts';
import { duration, type Paint, signOf, spaced } from './style.ts';

/** A wait that is no gate is told when it has lasted this long: most waits are polls that end at once. */
const quietWaitMs = 6_000;

/** A line, and what it stands for: no key is told twice. */
type News = { key: string; line: string };

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
    const news = [...this.#trouble(view), ...this.#stages(view), ...this.#wait(view)];
    return news.filter(({ key }) => this.#tell(key)).map(({ line }) => this.stamped(line));
  }

  #tell(key: string): boolean {
    if (this.#told.has(key)) return false;
    this.#told.add(key);
    return true;
  }

  /** Each stage's beginning, what its steps have come to, and its end. */
  #stages(view: WorkflowView): News[] {
    const steps = view.steps.flatMap((step) => this.#step(step));
    const told = view.stages.filter(({ status }) => !['pending', 'queued'].includes(status));
    const within = told.flatMap((stage) => [
      ...this.#stage(view, stage),
      ...steps.filter((news) => news.stage === stage.name),
      ...this.#stageEnd(view, stage),
    ]);
    return [...within, ...steps.filter((news) => !told.some(({ name }) => name === news.stage))];
  }

  #stage({ stages }: WorkflowView, { name, order, status }: StageView): News[] {
    // one that was over before it was seen at work is told once
    if (progressEnds.includes(status) && !this.#told.has(`${name} running`)) return [];
    const line = `${signOf('running', this.#paint)} ${order}/${stages.length} ${spaced(name)}`;
    return [{ key: `${name} running`, line }];
  }

  #stageEnd(view: WorkflowView, stage: StageView): News[] {
    const { name, order, status, durationMs } = stage;
    if (!progressEnds.includes(status)) return [];
    const facts = [durationMs === null ? '' : duration(durationMs), factOf(view, name)].filter(Boolean);
    const more = facts.length > 0 ? this.#paint('dim', `  ${facts.join(', ')}`) : '';
    const line = `${signOf(status, this.#paint)} ${order}/${view.stages.length} ${spaced(name)}${more}`;
    return [{ key: `${name} ${status}`, line }];
  }

  #step(step: StepView): (News & { stage: string })[] {
    const { pullRequest: pull, status, number } = step;
    const name = `step ${number} “${step.title}”`;
    const news = (stage: string, key: string, line: string) => ({
      stage,
      key: `${step.id} ${key}`,
      line: `      ${line}`,
    });
    const lines = [];
    if (step.startedAt) lines.push(news('task_execution', 'begun', `${name}: the agent works on it`));
    if (pull) {
      lines.push(news('task_execution', `pull ${pull.number}`, `${name}: pull request #${pull.number}`));
    }
    if (pull && pull.score !== null) {
      const line = `${name}: #${pull.number} has ${pull.score} of 100 points`;
      lines.push(news('pr_validation', `score ${pull.score}`, line));
    }
    if (pull?.status === 'merged') {
      const line = `${name}: #${pull.number} merged into the dev branch`;
      lines.push(news('dev_branch_management', 'merged', line));
    }
    if (status === 'failed' || status === 'skipped') {
      const why = `${signOf(status, this.#paint)} ${name} ${status}: ${step.error ?? 'no reason was kept'}`;
      lines.push(news(step.stage ?? '', `${status} ${step.error}`, why));
    }
    return lines;
  }

  /** Failed attempts that are made again, and effects that a crash had hidden. */
  #trouble(view: WorkflowView): News[] {
    return view.operations.flatMap((operation) => {
      const id = `${operation.scope} ${operation.key}`;
      const where = operation.step === null ? '' : ` (step ${operation.step})`;
      const what = `${operation.service}: ${operation.type}${where}`;
      if (operation.adopted) {
        const line = `      ${this.#paint('cyan', '↻')} ${what} had been done before a crash; found, not repeated`;
        return [{ key: `${id} adopted`, line }];
      }
      if (operation.error && !['succeeded', 'failed', 'cancelled'].includes(operation.status)) {
        const line = `      ${this.#paint('yellow', '!')} ${what}: ${operation.error}`;
        return [{ key: `${id} ${operation.error}`, line }];
      }
      return [];
    });
  }

  #wait(view: WorkflowView): News[] {
    const on = view.waitingOn ?? '';
    if (on !== this.#waiting.on) this.#waiting = { on, since: Date.now() };
    const lasts = view.signals.gate !== null || Date.now() - this.#waiting.since > quietWaitMs;
    return on && lasts ? [{ key: `wait ${on}`, line: this.#paint('yellow', `◷ waiting on ${on}`) }] : [];
  }
}
