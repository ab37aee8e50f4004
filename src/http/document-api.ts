import { readVersion } from '../version.ts';
import { openApiDocument } from './openapi.ts';
import { routes } from './routes/index.ts';

/** The API's document as text. */
export async function documentApi(): Promise<string> {
  return `${JSON.stringify(openApiDocument(routes, await readVersion()), null, 2)}\n`;
}
