/** What settings in the environment may be. Empty means the same as left out. */
import { z } from 'zod';

export const optional = z
  .string()
  .optional()
  .transform((value) => value || undefined);
export const count = (fallback: number) => z.coerce.number().int().positive().default(fallback);
export const maybeCount = optional
  .transform((value) => value && Number(value))
  .pipe(z.number().int().positive().optional());
export const duration = (fallback: number) => z.coerce.number().int().positive().default(fallback);
