/** Patterns for `like` and `ilike` of what people wrote. */

/** As it is written, though it may have what stands for something else in a pattern. */
export const literally = (text: string): string => text.replace(/[\\%_]/g, '\\$&');

export const startingWith = (text: string): string => `${literally(text)}%`;

export const containing = (text: string): string => `%${literally(text)}%`;
