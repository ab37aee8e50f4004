/** Codegen's own ids of repositories, found by full name and remembered for the life of the process. */
import { PermanentFailure } from '../../engine/errors.ts';
import type { CodegenApi } from './codegen-api.ts';

/** Throws {@link PermanentFailure} where Codegen has no access to the repository. */
export function createRepositoryLookup(api: CodegenApi) {
  const ids = new Map<string, number>();

  return async ({ owner, name }: { owner: string; name: string }): Promise<number> => {
    const wanted = `${owner}/${name}`.toLowerCase();
    if (!ids.has(wanted)) {
      for await (const repository of api.repositories())
        ids.set(repository.full_name.toLowerCase(), repository.id);
    }
    const id = ids.get(wanted);
    if (id === undefined) {
      throw new PermanentFailure(
        `Codegen has no access to ${owner}/${name}. Connect the repository at codegen.com.`,
      );
    }
    return id;
  };
}
