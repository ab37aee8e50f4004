/** Every signal there is. Another one is one file here and one line below, and its type in `entities/workflows/signal.ts`. */

import { approve, reject, requirements } from './answers.ts';
import { cancel } from './cancel.ts';
import type { SignalDefinition } from './define-signal.ts';
import { pause } from './pause.ts';
import { rerun } from './rerun.ts';
import { resume } from './resume.ts';
import { retry } from './retry.ts';
import { retryStep } from './retry-step.ts';

export const signals: readonly SignalDefinition[] = [
  requirements,
  approve,
  reject,
  pause,
  resume,
  cancel,
  retry,
  rerun,
  retryStep,
];
