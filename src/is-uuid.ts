const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether it is a UUID as it is usually written, of any version; PostgreSQL takes other spellings, too. */
export const isUuid = (value: unknown): value is string => typeof value === 'string' && uuid.test(value);
