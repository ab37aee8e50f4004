/** The prompts and texts that ship with the project: one Markdown file each, and here what it is for and is given. */
import { readFileSync } from 'node:fs';

export type ShippedTemplate = {
  name: string;
  stage: string;
  purpose: string;
  description: string;
  /** What the text may name in double braces. */
  variables: Readonly<Record<string, string>>;
};

const project = {
  repository: 'owner/name of the repository',
  branch: 'the branch that the work starts from',
  languages: 'the languages of the repository, comma-separated',
  packageManager: 'its package manager',
  buildCommand: 'the command that builds it',
  testCommand: 'the command that tests it',
  files: 'its files, a path per line, 400 at most',
};
const step = {
  name: 'the name of the step',
  description: 'what the step is to do, in Markdown',
  criteria: 'its acceptance criteria, as a list',
  files: 'the paths it is expected to touch, one per line',
};
const origin = {
  workflow: 'the id of the workflow',
  repository: 'owner/name of the repository',
};
const issue = { issue: 'a paragraph with a link to the Linear issue, or nothing where there is none' };

const templates = {
  'project-analysis': {
    name: 'Project analysis',
    stage: 'project_selection',
    purpose: 'analyse',
    description:
      'Asks an agent what a repository is made of. The workflow takes stock by itself and does not ask it; for use by hand or in a collection.',
    variables: project,
  },
  'requirements-clarification': {
    name: 'Requirements clarification',
    stage: 'requirements_input',
    purpose: 'clarify',
    description:
      'Asks an agent what is unclear in a requirement. The workflow does not ask it; for use by hand or in a collection.',
    variables: { repository: project.repository, requirement: 'the requirements as given' },
  },
  'requirements-decomposition': {
    name: 'Requirements decomposition',
    stage: 'requirements_decomposition',
    purpose: 'decompose',
    description: 'Has an agent split a requirement into steps.',
    variables: {
      ...project,
      requirement: 'the requirements as given',
      done: 'what earlier workflows that this one follows have merged, as a paragraph; nothing where it follows none',
      problems: 'what was wrong with an earlier answer, as a paragraph; nothing at first',
    },
  },
  'linear-main-issue': {
    name: 'Main Linear issue',
    stage: 'linear_issue_creation',
    purpose: 'issue',
    description: 'What the main issue of a workflow says.',
    variables: { ...origin, summary: 'the summary of the plan', steps: 'its steps, as a numbered list' },
  },
  'linear-step-issue': {
    name: 'Linear issue of a step',
    stage: 'linear_issue_creation',
    purpose: 'issue',
    description: 'What the sub-issue of a step says.',
    variables: { ...origin, description: step.description, criteria: step.criteria },
  },
  'task-execution': {
    name: 'Task execution',
    stage: 'task_execution',
    purpose: 'step',
    description: 'Has an agent carry out a step.',
    variables: {
      ...step,
      planTitle: 'the title of the plan',
      requirements: 'what the step must heed in particular',
      approach: 'how to go about it, where the plan says so',
      buildCommand: project.buildCommand,
      testCommand: project.testCommand,
    },
  },
  'step-pull-request': {
    name: 'Pull request of a step',
    stage: 'task_execution',
    purpose: 'pull-request',
    description: 'What the pull request of a step says.',
    variables: { ...issue, description: step.description, criteria: step.criteria },
  },
  'pr-validation': {
    name: 'Pull request validation',
    stage: 'pr_validation',
    purpose: 'review',
    description: 'Has an agent review a change against its acceptance criteria.',
    variables: {
      ...step,
      base: 'the branch that the change is to be merged into',
      branch: 'the branch with the change',
    },
  },
  'pr-repair': {
    name: 'Pull request repair',
    stage: 'pr_validation',
    purpose: 'repair',
    description: 'Has an agent mend what a review found.',
    variables: {
      name: step.name,
      criteria: step.criteria,
      files: step.files,
      findings: 'what was found, as a list',
    },
  },
  'conflict-repair': {
    name: 'Conflict repair',
    stage: 'dev_branch_management',
    purpose: 'repair',
    description: 'Has an agent resolve the conflicts of a merge.',
    variables: { name: step.name, files: step.files, merge: 'the branch to merge into that of the step' },
  },
  'final-pull-request': {
    name: 'Final pull request',
    stage: 'dev_branch_management',
    purpose: 'pull-request',
    description: 'What the pull request of the whole workflow says.',
    variables: {
      ...issue,
      summary: 'the summary of the plan',
      steps: 'its steps with their Linear issues, as a numbered list',
    },
  },
  'completion-comment': {
    name: 'Completion comment',
    stage: 'completion',
    purpose: 'comment',
    description: 'What is said on each Linear issue when the work is merged.',
    variables: {
      branch: 'the branch that it was merged into',
      number: 'the number of the final pull request',
      url: 'its address',
    },
  },
} as const satisfies Record<string, ShippedTemplate>;

export type TemplateSlug = keyof typeof templates;

export const shippedTemplates: ReadonlyMap<TemplateSlug, ShippedTemplate> = new Map(
  Object.entries(templates) as [TemplateSlug, ShippedTemplate][],
);

const texts = new Map<TemplateSlug, string>();

/** The text of a template as shipped; read once. */
export function shippedText(slug: TemplateSlug): string {
  const text = texts.get(slug) ?? readFileSync(new URL(`./templates/${slug}.md`, import.meta.url), 'utf8');
  texts.set(slug, text);
  return text;
}
