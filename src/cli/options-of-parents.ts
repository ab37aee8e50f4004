/** Commander gives an option that a command and the one above it both have to the upper one, wherever it stands, and the lower one never hears of it. */
import type { Command } from 'commander';
import { usageFailure } from './failure.ts';

/** Hands what was typed for the commands above `command` down to it; throws where it has no such option, which would be passed over in silence. */
export function takeOptionsOfParents(command: Command): void {
  for (let above = command.parent; above; above = above.parent) {
    for (const option of above.options) {
      const name = option.attributeName();
      if (above.getOptionValueSource(name) !== 'cli') continue;
      if (!command.options.some((own) => own.attributeName() === name)) {
        throw usageFailure(
          `${option.long} belongs to \`${above.name()}\` alone; \`${above.name()} ${command.name()}\` has no such option.`,
        );
      }
      command.setOptionValueWithSource(name, above.getOptionValue(name), 'cli');
    }
  }
}
