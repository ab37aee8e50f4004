/** What settings in the environment may be. */
import { z } from 'zod';

export const optional = z.string().optional();
export const maybeCount = z.coerce.number().int().positive().optional();
export const count = (fallback: number) => z.coerce.number().int().positive().default(fallback);
