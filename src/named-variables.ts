/** Settings whose variables have the name of a database or of a role in them. */
import { ConfigError } from './config-error.ts';

/** The variables `<NAME>_<suffix>` of these databases. */
export function readUrls<Name extends string>(
  env: NodeJS.ProcessEnv,
  names: readonly Name[],
  suffix: string,
): Partial<Record<Name, string>> {
  const given: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const variable = `${name.toUpperCase()}_${suffix}`;
    const url = env[variable];
    if (!url) continue;
    if (!URL.canParse(url)) {
      throw new ConfigError(
        `${variable} is no URL; it should look like postgres://user:password@host:5432/${name}_db.`,
      );
    }
    given[name] = url;
  }
  return given;
}

/** The variables `<ROLE>_PASSWORD` of the roles that setup makes for these databases. */
export function readRolePasswords(env: NodeJS.ProcessEnv, names: readonly string[]): Record<string, string> {
  const roles = [
    ...names.flatMap((name) => [`${name}_user`, `${name}_maintenance`]),
    'queue_user',
    'analytics_readonly',
    'graph_sitter_admin',
  ];
  return Object.fromEntries(
    roles.flatMap((role) => {
      const password = env[`${role.toUpperCase()}_PASSWORD`];
      return password ? [[role, password]] : [];
    }),
  );
}
