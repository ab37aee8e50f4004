import { z } from 'zod';

/** Whether PostgreSQL takes it for a `uuid`. */
export const isUuid = (value: unknown): value is string => z.guid().safeParse(value).success;
