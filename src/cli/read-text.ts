/** Requirements as a person gives them: a file, or `-` for what comes in by pipe. */
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { maxRequirementsBytes } from '../../entities/task/requirement-document.ts';
import { reasonOf } from '../engine/errors.ts';
import { usageFailure } from './failure.ts';

const markdown = 'Markdown file';

const nameOf = (file: string) => (file === '-' ? 'What came in by pipe' : file);

/** Throws a usage failure where there is nothing to read, or nothing in it. */
export async function readRequirements(file: string): Promise<string> {
  const bytes = await read(file, markdown);
  const name = nameOf(file);
  if (bytes.byteLength > maxRequirementsBytes) {
    throw usageFailure(
      `${name} has ${Math.ceil(bytes.byteLength / 1000)} kB, and requirements may have at most ${maxRequirementsBytes / 1000} kB; shorten them, or split them over several workflows.`,
    );
  }
  const requirements = decoded(bytes, name, markdown);
  if (requirements.includes('\0')) throw usageFailure(`${name} is no text; give a Markdown file.`);
  if (requirements.trim() === '') {
    throw usageFailure(`${name} is empty; say in Markdown what should be made.`);
  }
  return requirements;
}

/** Any text. Throws a usage failure where it cannot be read. @param kind what should be given, such as `JSON file` */
export async function readText(file: string, kind: string): Promise<string> {
  return decoded(await read(file, kind), nameOf(file), kind);
}

function decoded(bytes: Buffer, name: string, kind: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw usageFailure(`${name} is no text in UTF-8; give a ${kind}.`);
  }
}

async function read(file: string, kind: string): Promise<Buffer> {
  if (file === '-') return Buffer.from(await text(process.stdin));
  try {
    return await readFile(file);
  } catch (error) {
    throw usageFailure(`${file} cannot be read (${reasonOf(error)}); give the path of a ${kind}.`);
  }
}
