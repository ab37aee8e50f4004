import { z } from 'zod';
import { defineOperation } from '../../../src/engine/define.ts';

/** Attaches a link to an issue. Linear keeps one attachment per issue and address, so it may be repeated. */
export const attachLink = defineOperation({
  service: 'linear',
  name: 'attach-link',
  input: z.object({ issueId: z.string(), url: z.string(), title: z.string() }),
  output: z.object({ attachmentId: z.string() }),
  retry: { attempts: 8, delay: '2s' },
  run: async (link, { linear }) => ({ attachmentId: await linear.attachLink(link) }),
});
