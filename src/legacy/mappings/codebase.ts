import type { Mapping } from '../mapping.ts';

export const mappings: Mapping[] = [];
