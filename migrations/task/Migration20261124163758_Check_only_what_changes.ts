import { Migration } from '@mikro-orm/migrations';

export class Migration20261124163758_Check_only_what_changes extends Migration {
  override name = 'Migration20261124163758_Check_only_what_changes';

  override up(): void | Promise<void> {
    this.addSql(`drop trigger if exists "steps_stay_acyclic" on "step_dependencies";`);
    this.addSql(`drop function if exists "step_dependencies_steps_stay_acyclic_fn"();`);
    this.addSql(`create or replace function "step_dependencies_steps_stay_acyclic_fn"() returns trigger as $$ begin declare plan uuid;         begin
          if (new.step_id, new.depends_on_id) is not distinct from (old.step_id, old.depends_on_id) then
            return new;           end if;           if current_setting('transaction_isolation') = 'repeatable read' then
            raise exception 'step_dependencies: use read committed or serializable, or a cycle could slip in'
              using errcode = 'feature_not_supported', table = tg_table_name;           end if;           select s.requirement_decomposition_id into plan
            from decomposed_steps s join decomposed_steps d using (requirement_decomposition_id)
           where s.id = new.step_id and d.id = new.depends_on_id;           if plan is null then
            raise exception 'step_dependencies: the steps % and % are not of one plan', new.step_id, new.depends_on_id
              using errcode = 'check_violation', constraint = 'steps_of_one_plan', table = tg_table_name;           end if;           perform from requirement_decompositions where id = plan for no key update;           if exists (
            with recursive earlier(id) as (
              select new.depends_on_id
              union
              select d.depends_on_id from step_dependencies d join earlier on d.step_id = earlier.id
               where d.id <> new.id)
            select from earlier where id = new.step_id) then
            raise exception 'step_dependencies: % depends on % already, so the reverse would be a cycle', new.depends_on_id, new.step_id
              using errcode = 'check_violation', constraint = 'steps_stay_acyclic', table = tg_table_name;           end if;         end;         return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "steps_stay_acyclic" BEFORE INSERT OR UPDATE on "step_dependencies" for each ROW execute function "step_dependencies_steps_stay_acyclic_fn"();`,
    );

    this.addSql(`drop trigger if exists "parts_stay_a_tree" on "tasks";`);
    this.addSql(`drop function if exists "tasks_parts_stay_a_tree_fn"();`);
    this.addSql(`create or replace function "tasks_parts_stay_a_tree_fn"() returns trigger as $$ begin if (new.parent_id, new.github_project_id) is not distinct from (old.parent_id, old.github_project_id) then
          return new;         end if;         perform from github_projects where id = new.github_project_id for no key update;         if not exists (select from tasks where id = new.parent_id and github_project_id = new.github_project_id) then
          raise exception 'tasks: % is no task of the same project', new.parent_id
            using errcode = 'check_violation', constraint = 'parts_of_one_project', table = tg_table_name;         end if;         if exists (
          with recursive wholes(id) as (
            select new.parent_id
            union
            select t.parent_id from tasks t join wholes on t.id = wholes.id where t.parent_id is not null)
          select from wholes where id = new.id) then
          raise exception 'tasks: % cannot be part of itself', new.id
            using errcode = 'check_violation', constraint = 'parts_stay_a_tree', table = tg_table_name;         end if;         return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parts_stay_a_tree" BEFORE INSERT OR UPDATE on "tasks" for each ROW
  when (new.parent_id is not null) execute function "tasks_parts_stay_a_tree_fn"();`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop trigger if exists "steps_stay_acyclic" on "step_dependencies";`);
    this.addSql(`drop function if exists "step_dependencies_steps_stay_acyclic_fn"();`);
    this.addSql(`create or replace function "step_dependencies_steps_stay_acyclic_fn"() returns trigger as $$ begin declare plan uuid;         begin
          if current_setting('transaction_isolation') = 'repeatable read' then
            raise exception 'step_dependencies: use read committed or serializable, or a cycle could slip in'
              using errcode = 'feature_not_supported', table = tg_table_name;           end if;           select s.requirement_decomposition_id into plan
            from decomposed_steps s join decomposed_steps d using (requirement_decomposition_id)
           where s.id = new.step_id and d.id = new.depends_on_id;           if plan is null then
            raise exception 'step_dependencies: the steps % and % are not of one plan', new.step_id, new.depends_on_id
              using errcode = 'check_violation', constraint = 'steps_of_one_plan', table = tg_table_name;           end if;           perform from requirement_decompositions where id = plan for no key update;           if exists (
            with recursive earlier(id) as (
              select new.depends_on_id
              union
              select d.depends_on_id from step_dependencies d join earlier on d.step_id = earlier.id
               where d.id <> new.id)
            select from earlier where id = new.step_id) then
            raise exception 'step_dependencies: % depends on % already, so the reverse would be a cycle', new.depends_on_id, new.step_id
              using errcode = 'check_violation', constraint = 'steps_stay_acyclic', table = tg_table_name;           end if;         end;         return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "steps_stay_acyclic" BEFORE INSERT OR UPDATE on "step_dependencies" for each ROW execute function "step_dependencies_steps_stay_acyclic_fn"();`,
    );

    this.addSql(`drop trigger if exists "parts_stay_a_tree" on "tasks";`);
    this.addSql(`drop function if exists "tasks_parts_stay_a_tree_fn"();`);
    this.addSql(`create or replace function "tasks_parts_stay_a_tree_fn"() returns trigger as $$ begin perform from github_projects where id = new.github_project_id for no key update;         if not exists (select from tasks where id = new.parent_id and github_project_id = new.github_project_id) then
          raise exception 'tasks: % is no task of the same project', new.parent_id
            using errcode = 'check_violation', constraint = 'parts_of_one_project', table = tg_table_name;         end if;         if exists (
          with recursive wholes(id) as (
            select new.parent_id
            union
            select t.parent_id from tasks t join wholes on t.id = wholes.id where t.parent_id is not null)
          select from wholes where id = new.id) then
          raise exception 'tasks: % cannot be part of itself', new.id
            using errcode = 'check_violation', constraint = 'parts_stay_a_tree', table = tg_table_name;         end if;         return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parts_stay_a_tree" BEFORE INSERT OR UPDATE on "tasks" for each ROW
  when (new.parent_id is not null) execute function "tasks_parts_stay_a_tree_fn"();`);
  }
}
