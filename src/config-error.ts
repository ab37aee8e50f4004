/** A setting that is missing or malformed; the message names each variable and what it should be. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
