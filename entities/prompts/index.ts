/** prompts_db: prompt templates, and every prompt sent with its answer. */
import { PromptExecution } from './prompt-execution.ts';
import { PromptTemplate } from './prompt-template.ts';

export const entities = [PromptTemplate, PromptExecution];
