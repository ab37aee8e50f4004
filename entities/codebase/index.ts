/** codebase_db: what the repositories contain. */
import { AnalysisRun } from './analysis-run.ts';
import { CodeFile } from './code-file.ts';
import { Codebase } from './codebase.ts';

export const entities = [Codebase, AnalysisRun, CodeFile];
