/** What the migrations build on, in every database. Run as the owner of the tables, each time; so one change reaches all. */
import { keepChange } from './keep-change.ts';

export const foundations = [
  // trusted: who owns a database may make it
  'create extension if not exists pg_trgm',
  `create or replace function move_updated_at() returns trigger language plpgsql as $$
     begin new.updated_at := clock_timestamp(); return new; end $$`,
  keepChange,
];
