/** How a project is built and tested, as far as the files at its top tell. */

export type BuildTools = {
  packageManager: string | null;
  buildCommand: string | null;
  testCommand: string | null;
};

/** What the presence of a file says; the first match wins, lock files before manifests. */
const signs: { file: string; packageManager: string; build: string | null; test: string | null }[] = [
  { file: 'pnpm-lock.yaml', packageManager: 'pnpm', build: null, test: null },
  { file: 'yarn.lock', packageManager: 'yarn', build: null, test: null },
  { file: 'bun.lock', packageManager: 'bun', build: null, test: null },
  { file: 'package-lock.json', packageManager: 'npm', build: null, test: null },
  { file: 'package.json', packageManager: 'npm', build: null, test: null },
  { file: 'Cargo.toml', packageManager: 'cargo', build: 'cargo build', test: 'cargo test' },
  { file: 'go.mod', packageManager: 'go', build: 'go build ./...', test: 'go test ./...' },
  { file: 'uv.lock', packageManager: 'uv', build: null, test: 'uv run pytest' },
  { file: 'poetry.lock', packageManager: 'poetry', build: 'poetry build', test: 'poetry run pytest' },
  { file: 'pyproject.toml', packageManager: 'pip', build: null, test: 'python -m pytest' },
  { file: 'requirements.txt', packageManager: 'pip', build: null, test: 'python -m pytest' },
  { file: 'pom.xml', packageManager: 'maven', build: 'mvn package', test: 'mvn test' },
  { file: 'build.gradle', packageManager: 'gradle', build: 'gradle build', test: 'gradle test' },
  { file: 'build.gradle.kts', packageManager: 'gradle', build: 'gradle build', test: 'gradle test' },
  { file: 'Gemfile', packageManager: 'bundler', build: null, test: 'bundle exec rake test' },
  { file: 'composer.json', packageManager: 'composer', build: null, test: 'composer test' },
  { file: 'mix.exs', packageManager: 'mix', build: 'mix compile', test: 'mix test' },
];

/**
 * @param paths all files of the project
 * @param read gives the text of a file at the top
 */
export async function detectBuildTools(
  paths: ReadonlySet<string>,
  read: (path: string) => Promise<string>,
): Promise<BuildTools> {
  const sign = signs.find(({ file }) => paths.has(file));
  const found: BuildTools = {
    packageManager: sign?.packageManager ?? null,
    buildCommand: sign?.build ?? null,
    testCommand: sign?.test ?? null,
  };
  if (sign && paths.has('package.json') && !sign.build && !sign.test) {
    const scripts = scriptsOf(await read('package.json'));
    if (scripts.build) found.buildCommand = `${sign.packageManager} run build`;
    if (scripts.test) found.testCommand = `${sign.packageManager} test`;
  }
  if (paths.has('Makefile')) {
    const makefile = await read('Makefile');
    if (/^(all|build)\s*:/m.test(makefile)) found.buildCommand ??= 'make';
    if (/^test\s*:/m.test(makefile)) found.testCommand ??= 'make test';
  }
  return found;
}

function scriptsOf(manifest: string): Record<string, unknown> {
  try {
    const { scripts } = JSON.parse(manifest) as { scripts?: Record<string, unknown> };
    return scripts ?? {};
  } catch {
    return {};
  }
}
