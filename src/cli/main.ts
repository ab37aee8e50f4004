/** The command `gsw`: reads what was typed, runs one command, and ends with its exit code. */
import { Command, CommanderError } from 'commander';
import { answerCommands } from './commands/answer.ts';
import { auditCommand } from './commands/audit.ts';
import { backupCommands } from './commands/backup.ts';
import { budgetCommand } from './commands/budget.ts';
import { cancelCommand } from './commands/cancel.ts';
import { chaosCommand } from './commands/chaos.ts';
import { completing } from './commands/completion.ts';
import { controlCommands } from './commands/control.ts';
import { credentialsCommand } from './commands/credentials.ts';
import { dataCommand } from './commands/data.ts';
import { demoCommand } from './commands/demo.ts';
import { doctorCommand } from './commands/doctor.ts';
import { eventsCommand } from './commands/events.ts';
import { executionsCommand } from './commands/executions.ts';
import { keyCommand } from './commands/key.ts';
import { limitsCommand } from './commands/limits.ts';
import { listCommand } from './commands/list.ts';
import { logsCommand } from './commands/logs.ts';
import { membersCommand } from './commands/members.ts';
import { metricsCommand } from './commands/metrics.ts';
import { migrateLegacyCommand } from './commands/migrate-legacy.ts';
import { operationsCommand } from './commands/operations.ts';
import { organizationCommand } from './commands/organization.ts';
import { planCommand } from './commands/plan.ts';
import { projectsCommand } from './commands/projects.ts';
import { requirementsCommand } from './commands/requirements.ts';
import { runCommand } from './commands/run.ts';
import { scheduleCommand } from './commands/schedule.ts';
import { setupCommand } from './commands/setup.ts';
import { sourcesCommand } from './commands/sources.ts';
import { startCommand } from './commands/start.ts';
import { statusCommand } from './commands/status.ts';
import { stepsCommand } from './commands/steps.ts';
import { subscriptionsCommand } from './commands/subscriptions.ts';
import { templatesCommand } from './commands/templates.ts';
import { watchCommand } from './commands/watch.ts';
import { workerCommand } from './commands/worker.ts';
import { CliFailure, exitCodes, Interrupted, sentenceOf } from './failure.ts';
import { takeOptionsOfParents } from './options-of-parents.ts';
import { commandName, say } from './output.ts';
import { checkNode } from './preflight.ts';

const program = new Command('gsw')
  .usage('COMMAND [options]')
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'gsw: ')) })
  .showHelpAfterError(`How it is used: ${commandName} --help`)
  .exitOverride()
  .hook('preAction', (_, command) => takeOptionsOfParents(command))
  .description('Carries a GitHub project from a requirement to merged code, in eight durable stages.')
  .addHelpText(
    'after',
    `
Exit codes: 0 done, 1 failed, 2 mistyped, 3 waits for a person, 4 too much now: try later.
Settings come from the environment; DATA_DIR (.data) keeps what this installation makes.
See it work, with nothing but Node and git: ${commandName} demo`,
  );
for (const command of [
  demoCommand(),
  setupCommand(),
  startCommand(),
  workerCommand(),
  doctorCommand(),
  runCommand(),
  listCommand(),
  statusCommand(),
  watchCommand(),
  logsCommand(),
  ...answerCommands(),
  ...controlCommands(),
  cancelCommand(),
  projectsCommand(),
  requirementsCommand(),
  planCommand(),
  stepsCommand(),
  operationsCommand(),
  executionsCommand(),
  metricsCommand(),
  scheduleCommand(),
  sourcesCommand(),
  eventsCommand(),
  subscriptionsCommand(),
  limitsCommand(),
  budgetCommand(),
  credentialsCommand(),
  keyCommand(),
  organizationCommand(),
  membersCommand(),
  templatesCommand(),
  auditCommand(),
  migrateLegacyCommand(),
  ...backupCommands(),
  dataCommand(),
  chaosCommand(),
]) {
  program.addCommand(command.copyInheritedSettings(program));
  for (const part of command.commands) part.copyInheritedSettings(command);
}
completing(program);

// a reader that goes away, as `| head` does, is a request to stop
process.stdout.on('error', () => process.kill(process.pid, 'SIGTERM'));
process.stderr.on('error', () => undefined);

try {
  checkNode();
  await program.parseAsync();
} catch (error) {
  process.exitCode = endedBy(error);
}
// nothing should be left open by now; if something is, it must not keep anybody waiting
setTimeout(() => process.exit(), 3_000).unref();
// what Node tidies up once nothing is left can go round for ever where connections were reset: it is passed over
process.once('beforeExit', () => process.exit());

function endedBy(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  if (process.env.LOG_LEVEL === 'debug') console.error(error);
  else if (!(error instanceof Interrupted)) say(`gsw: ${sentenceOf(error)}`);
  return error instanceof CliFailure ? error.exitCode : exitCodes.failed;
}
