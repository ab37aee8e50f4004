import { Migration } from '@mikro-orm/migrations';

export class Migration20261124163759_Check_only_what_changes extends Migration {
  override name = 'Migration20261124163759_Check_only_what_changes';

  override up(): void | Promise<void> {
    this.addSql(`drop trigger if exists "version_of_the_template" on "prompt_template_labels";`);
    this.addSql(`drop function if exists "prompt_template_labels_version_of_the_template_fn"();`);
    this.addSql(`create or replace function "prompt_template_labels_version_of_the_template_fn"() returns trigger as $$ begin if new.template_version_id is distinct from old.template_version_id and not exists (
          select from prompt_template_versions where id = new.template_version_id and template_id = new.template_id) then
          raise exception 'prompt_template_labels: % is no version of the template', new.template_version_id
            using errcode = 'check_violation', constraint = 'version_of_the_template', table = tg_table_name;         end if;         return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "version_of_the_template" BEFORE INSERT OR UPDATE on "prompt_template_labels" for each ROW execute function "prompt_template_labels_version_of_the_template_fn"();`,
    );

    this.addSql(`drop trigger if exists "variants_stay_as_tried" on "experiment_variants";`);
    this.addSql(`drop function if exists "experiment_variants_variants_stay_as_tried_fn"();`);
    this.addSql(`create or replace function "experiment_variants_variants_stay_as_tried_fn"() returns trigger as $$ begin if (new.template_version_id, new.weight, new.experiment_id)
             is not distinct from (old.template_version_id, old.weight, old.experiment_id) then
          return new;         end if;         if not exists (
          select from experiments e join prompt_template_versions v using (template_id)
           where e.id = new.experiment_id and v.id = new.template_version_id) then
          raise exception 'experiment_variants: % is no version of the template that is tried', new.template_version_id
            using errcode = 'check_violation', constraint = 'version_of_the_template', table = tg_table_name;         end if;         if not exists (select from experiments where id = new.experiment_id and status = 'draft') then
          raise exception 'experiment_variants: the experiment has begun, so its variants stay as they are'
            using errcode = 'check_violation', constraint = 'variants_stay_as_tried', table = tg_table_name;         end if;         return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "variants_stay_as_tried" BEFORE INSERT OR UPDATE on "experiment_variants" for each ROW execute function "experiment_variants_variants_stay_as_tried_fn"();`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop trigger if exists "variants_stay_as_tried" on "experiment_variants";`);
    this.addSql(`drop function if exists "experiment_variants_variants_stay_as_tried_fn"();`);
    this.addSql(`create or replace function "experiment_variants_variants_stay_as_tried_fn"() returns trigger as $$ begin if not exists (
          select from experiments e join prompt_template_versions v using (template_id)
           where e.id = new.experiment_id and v.id = new.template_version_id) then
          raise exception 'experiment_variants: % is no version of the template that is tried', new.template_version_id
            using errcode = 'check_violation', constraint = 'version_of_the_template', table = tg_table_name;         end if;         if (new.template_version_id, new.weight, new.experiment_id)
             is distinct from (old.template_version_id, old.weight, old.experiment_id)
           and not exists (select from experiments where id = new.experiment_id and status = 'draft') then
          raise exception 'experiment_variants: the experiment has begun, so its variants stay as they are'
            using errcode = 'check_violation', constraint = 'variants_stay_as_tried', table = tg_table_name;         end if;         return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "variants_stay_as_tried" BEFORE INSERT OR UPDATE on "experiment_variants" for each ROW execute function "experiment_variants_variants_stay_as_tried_fn"();`,
    );

    this.addSql(`drop trigger if exists "version_of_the_template" on "prompt_template_labels";`);
    this.addSql(`drop function if exists "prompt_template_labels_version_of_the_template_fn"();`);
    this.addSql(`create or replace function "prompt_template_labels_version_of_the_template_fn"() returns trigger as $$ begin if not exists (
          select from prompt_template_versions where id = new.template_version_id and template_id = new.template_id) then
          raise exception 'prompt_template_labels: % is no version of the template', new.template_version_id
            using errcode = 'check_violation', constraint = 'version_of_the_template', table = tg_table_name;         end if;         return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "version_of_the_template" BEFORE INSERT OR UPDATE on "prompt_template_labels" for each ROW execute function "prompt_template_labels_version_of_the_template_fn"();`,
    );
  }
}
