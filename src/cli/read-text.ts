/** Requirements as a person gives them: a file, or `-` for what comes in by pipe. */
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { maxRequirementsBytes } from '../../entities/task/requirement-document.ts';
import { reasonOf } from '../engine/errors.ts';
import { usageFailure } from './failure.ts';

/** Throws a usage failure where there is nothing to read, or nothing in it. */
export async function readRequirements(file: string): Promise<string> {
  const bytes = await read(file);
  const name = file === '-' ? 'What came in by pipe' : file;
  if (bytes.byteLength > maxRequirementsBytes) {
    throw usageFailure(
      `${name} has ${Math.ceil(bytes.byteLength / 1000)} kB, and requirements may have at most ${maxRequirementsBytes / 1000} kB; shorten them, or split them over several workflows.`,
    );
  }
  let requirements: string;
  try {
    requirements = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw usageFailure(`${name} is no text in UTF-8; give a Markdown file.`);
  }
  if (requirements.includes('\0')) throw usageFailure(`${name} is no text; give a Markdown file.`);
  if (requirements.trim() === '') {
    throw usageFailure(`${name} is empty; say in Markdown what should be made.`);
  }
  return requirements;
}

async function read(file: string): Promise<Buffer> {
  if (file === '-') return Buffer.from(await text(process.stdin));
  try {
    return await readFile(file);
  } catch (error) {
    throw usageFailure(`${file} cannot be read (${reasonOf(error)}); give the path of a Markdown file.`);
  }
}
