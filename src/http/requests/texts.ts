/** Texts as requests have them. */
import { z } from 'zod';

/** PostgreSQL stores neither NUL nor half a surrogate pair. */
export const text = (max: number) =>
  z
    .string('This should be a text.')
    .max(max, `This may have at most ${max} characters.`)
    .refine(
      (value) => value.isWellFormed() && !value.includes('\0'),
      'This has characters that are no text.',
    );

/** @param empty says of nothing but blanks what to give instead */
export const filledText = (max: number, empty: string) =>
  text(max).refine((value) => value.trim() !== '', empty);

/** `OWNER/NAME`. */
export const repository = z
  .string('This should be a repository as OWNER/NAME.')
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}\/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/,
    'This should be a repository as OWNER/NAME, such as acme/widgets.',
  )
  .transform((value) => {
    const [owner = '', name = ''] = value.split('/');
    return { owner, name };
  });

/**
 * ISO 8601 with its offset: whoever leaves it out means another time than he thinks. A year more still has four digits, as
 * PostgreSQL reads them.
 */
export const moment = z.iso
  .datetime({
    offset: true,
    error: 'This should be a time with its offset, such as 2026-12-01T09:00:00Z.',
    abort: true,
  })
  .refine((value) => {
    const year = new Date(value).getUTCFullYear();
    return year >= 1970 && year <= 9998;
  }, 'This should be a time of the years 1970 to 9998.')
  .transform((value) => new Date(value));

/** For schemas of whole bodies. */
export const oneObject = {
  error: (issue: { code?: string }) =>
    issue.code === 'invalid_type' ? 'The body should be one JSON object.' : undefined,
};
