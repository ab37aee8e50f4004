import { Migration } from '@mikro-orm/migrations';

export class Migration20261126154210_Look_at_parents_only_when_they_change extends Migration {
  override name = 'Migration20261126154210_Look_at_parents_only_when_they_change';

  override up(): void | Promise<void> {
    this.addSql(`drop trigger if exists "parent_in_organization" on "prompt_enhancements";`);
    this.addSql(`drop function if exists "prompt_enhancements_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "prompt_enhancements_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."context_source_id" is not null and not exists (
        select from "context_sources" where id = new."context_source_id" and organization_id = new.organization_id) then
        raise exception 'prompt_enhancements: there is no % in this organisation', new."context_source_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "prompt_enhancements" for each ROW
  when (old."context_source_id" is distinct from new."context_source_id") execute function "prompt_enhancements_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "prompt_enhancements_parent_in_organization_fn"() returns trigger as $$ begin if new."context_source_id" is not null and not exists (
        select from "context_sources" where id = new."context_source_id" and organization_id = new.organization_id) then
        raise exception 'prompt_enhancements: there is no % in this organisation', new."context_source_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "prompt_enhancements" for each ROW execute function "prompt_enhancements_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "prompt_collection_items";`);
    this.addSql(`drop function if exists "prompt_collection_items_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "prompt_collection_items_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."collection_id" is not null and not exists (
        select from "prompt_collections" where id = new."collection_id" and organization_id = new.organization_id) then
        raise exception 'prompt_collection_items: there is no % in this organisation', new."collection_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."template_id" is not null and not exists (
        select from "prompt_templates" where id = new."template_id" and organization_id = new.organization_id) then
        raise exception 'prompt_collection_items: there is no % in this organisation', new."template_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "prompt_collection_items" for each ROW
  when (old."collection_id" is distinct from new."collection_id" or old."template_id" is distinct from new."template_id") execute function "prompt_collection_items_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "prompt_collection_items_parent_in_organization_fn"() returns trigger as $$ begin if new."collection_id" is not null and not exists (
        select from "prompt_collections" where id = new."collection_id" and organization_id = new.organization_id) then
        raise exception 'prompt_collection_items: there is no % in this organisation', new."collection_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."template_id" is not null and not exists (
        select from "prompt_templates" where id = new."template_id" and organization_id = new.organization_id) then
        raise exception 'prompt_collection_items: there is no % in this organisation', new."template_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "prompt_collection_items" for each ROW execute function "prompt_collection_items_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "experiments";`);
    this.addSql(`drop function if exists "experiments_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "experiments_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."template_id" is not null and not exists (
        select from "prompt_templates" where id = new."template_id" and organization_id = new.organization_id) then
        raise exception 'experiments: there is no % in this organisation', new."template_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "experiments" for each ROW
  when (old."template_id" is distinct from new."template_id") execute function "experiments_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "experiments_parent_in_organization_fn"() returns trigger as $$ begin if new."template_id" is not null and not exists (
        select from "prompt_templates" where id = new."template_id" and organization_id = new.organization_id) then
        raise exception 'experiments: there is no % in this organisation', new."template_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "experiments" for each ROW execute function "experiments_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "prompt_template_versions";`);
    this.addSql(`drop function if exists "prompt_template_versions_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "prompt_template_versions_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."template_id" is not null and not exists (
        select from "prompt_templates" where id = new."template_id" and organization_id = new.organization_id) then
        raise exception 'prompt_template_versions: there is no % in this organisation', new."template_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "prompt_template_versions" for each ROW
  when (old."template_id" is distinct from new."template_id") execute function "prompt_template_versions_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "prompt_template_versions_parent_in_organization_fn"() returns trigger as $$ begin if new."template_id" is not null and not exists (
        select from "prompt_templates" where id = new."template_id" and organization_id = new.organization_id) then
        raise exception 'prompt_template_versions: there is no % in this organisation', new."template_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "prompt_template_versions" for each ROW execute function "prompt_template_versions_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "prompt_template_label_moves";`);
    this.addSql(`drop function if exists "prompt_template_label_moves_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "prompt_template_label_moves_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."template_id" is not null and not exists (
        select from "prompt_templates" where id = new."template_id" and organization_id = new.organization_id) then
        raise exception 'prompt_template_label_moves: there is no % in this organisation', new."template_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."template_version_id" is not null and not exists (
        select from "prompt_template_versions" where id = new."template_version_id" and organization_id = new.organization_id) then
        raise exception 'prompt_template_label_moves: there is no % in this organisation', new."template_version_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "prompt_template_label_moves" for each ROW
  when (old."template_id" is distinct from new."template_id" or old."template_version_id" is distinct from new."template_version_id") execute function "prompt_template_label_moves_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "prompt_template_label_moves_parent_in_organization_fn"() returns trigger as $$ begin if new."template_id" is not null and not exists (
        select from "prompt_templates" where id = new."template_id" and organization_id = new.organization_id) then
        raise exception 'prompt_template_label_moves: there is no % in this organisation', new."template_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."template_version_id" is not null and not exists (
        select from "prompt_template_versions" where id = new."template_version_id" and organization_id = new.organization_id) then
        raise exception 'prompt_template_label_moves: there is no % in this organisation', new."template_version_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "prompt_template_label_moves" for each ROW execute function "prompt_template_label_moves_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "prompt_template_labels";`);
    this.addSql(`drop function if exists "prompt_template_labels_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "prompt_template_labels_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."template_id" is not null and not exists (
        select from "prompt_templates" where id = new."template_id" and organization_id = new.organization_id) then
        raise exception 'prompt_template_labels: there is no % in this organisation', new."template_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."template_version_id" is not null and not exists (
        select from "prompt_template_versions" where id = new."template_version_id" and organization_id = new.organization_id) then
        raise exception 'prompt_template_labels: there is no % in this organisation', new."template_version_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "prompt_template_labels" for each ROW
  when (old."template_id" is distinct from new."template_id" or old."template_version_id" is distinct from new."template_version_id") execute function "prompt_template_labels_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "prompt_template_labels_parent_in_organization_fn"() returns trigger as $$ begin if new."template_id" is not null and not exists (
        select from "prompt_templates" where id = new."template_id" and organization_id = new.organization_id) then
        raise exception 'prompt_template_labels: there is no % in this organisation', new."template_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."template_version_id" is not null and not exists (
        select from "prompt_template_versions" where id = new."template_version_id" and organization_id = new.organization_id) then
        raise exception 'prompt_template_labels: there is no % in this organisation', new."template_version_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "prompt_template_labels" for each ROW execute function "prompt_template_labels_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "experiment_variants";`);
    this.addSql(`drop function if exists "experiment_variants_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "experiment_variants_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."experiment_id" is not null and not exists (
        select from "experiments" where id = new."experiment_id" and organization_id = new.organization_id) then
        raise exception 'experiment_variants: there is no % in this organisation', new."experiment_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."template_version_id" is not null and not exists (
        select from "prompt_template_versions" where id = new."template_version_id" and organization_id = new.organization_id) then
        raise exception 'experiment_variants: there is no % in this organisation', new."template_version_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "experiment_variants" for each ROW
  when (old."experiment_id" is distinct from new."experiment_id" or old."template_version_id" is distinct from new."template_version_id") execute function "experiment_variants_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "experiment_variants_parent_in_organization_fn"() returns trigger as $$ begin if new."experiment_id" is not null and not exists (
        select from "experiments" where id = new."experiment_id" and organization_id = new.organization_id) then
        raise exception 'experiment_variants: there is no % in this organisation', new."experiment_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."template_version_id" is not null and not exists (
        select from "prompt_template_versions" where id = new."template_version_id" and organization_id = new.organization_id) then
        raise exception 'experiment_variants: there is no % in this organisation', new."template_version_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "experiment_variants" for each ROW execute function "experiment_variants_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "executions";`);
    this.addSql(`drop function if exists "executions_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "executions_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."template_version_id" is not null and not exists (
        select from "prompt_template_versions" where id = new."template_version_id" and organization_id = new.organization_id) then
        raise exception 'executions: there is no % in this organisation', new."template_version_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."experiment_variant_id" is not null and not exists (
        select from "experiment_variants" where id = new."experiment_variant_id" and organization_id = new.organization_id) then
        raise exception 'executions: there is no % in this organisation', new."experiment_variant_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "executions" for each ROW
  when (old."template_version_id" is distinct from new."template_version_id" or old."experiment_variant_id" is distinct from new."experiment_variant_id") execute function "executions_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "executions_parent_in_organization_fn"() returns trigger as $$ begin if new."template_version_id" is not null and not exists (
        select from "prompt_template_versions" where id = new."template_version_id" and organization_id = new.organization_id) then
        raise exception 'executions: there is no % in this organisation', new."template_version_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."experiment_variant_id" is not null and not exists (
        select from "experiment_variants" where id = new."experiment_variant_id" and organization_id = new.organization_id) then
        raise exception 'executions: there is no % in this organisation', new."experiment_variant_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "executions" for each ROW execute function "executions_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "execution_enhancements";`);
    this.addSql(`drop function if exists "execution_enhancements_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "execution_enhancements_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."execution_id" is not null and not exists (
        select from "executions" where id = new."execution_id" and organization_id = new.organization_id) then
        raise exception 'execution_enhancements: there is no % in this organisation', new."execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."enhancement_id" is not null and not exists (
        select from "prompt_enhancements" where id = new."enhancement_id" and organization_id = new.organization_id) then
        raise exception 'execution_enhancements: there is no % in this organisation', new."enhancement_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "execution_enhancements" for each ROW
  when (old."execution_id" is distinct from new."execution_id" or old."enhancement_id" is distinct from new."enhancement_id") execute function "execution_enhancements_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "execution_enhancements_parent_in_organization_fn"() returns trigger as $$ begin if new."execution_id" is not null and not exists (
        select from "executions" where id = new."execution_id" and organization_id = new.organization_id) then
        raise exception 'execution_enhancements: there is no % in this organisation', new."execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."enhancement_id" is not null and not exists (
        select from "prompt_enhancements" where id = new."enhancement_id" and organization_id = new.organization_id) then
        raise exception 'execution_enhancements: there is no % in this organisation', new."enhancement_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "execution_enhancements" for each ROW execute function "execution_enhancements_parent_in_organization_fn"();`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "execution_enhancements";`);
    this.addSql(`drop function if exists "execution_enhancements_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "execution_enhancements";`);
    this.addSql(`drop function if exists "execution_enhancements_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "execution_enhancements_parent_in_organization_fn"() returns trigger as $$ begin if new."execution_id" is distinct from old."execution_id" and new."execution_id" is not null and not exists (
        select from "executions" where id = new."execution_id" and organization_id = new.organization_id) then
        raise exception 'execution_enhancements: there is no % in this organisation', new."execution_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."enhancement_id" is distinct from old."enhancement_id" and new."enhancement_id" is not null and not exists (
        select from "prompt_enhancements" where id = new."enhancement_id" and organization_id = new.organization_id) then
        raise exception 'execution_enhancements: there is no % in this organisation', new."enhancement_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "execution_enhancements" for each ROW execute function "execution_enhancements_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "executions";`);
    this.addSql(`drop function if exists "executions_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "executions";`);
    this.addSql(`drop function if exists "executions_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "executions_parent_in_organization_fn"() returns trigger as $$ begin if new."template_version_id" is distinct from old."template_version_id" and new."template_version_id" is not null and not exists (
        select from "prompt_template_versions" where id = new."template_version_id" and organization_id = new.organization_id) then
        raise exception 'executions: there is no % in this organisation', new."template_version_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."experiment_variant_id" is distinct from old."experiment_variant_id" and new."experiment_variant_id" is not null and not exists (
        select from "experiment_variants" where id = new."experiment_variant_id" and organization_id = new.organization_id) then
        raise exception 'executions: there is no % in this organisation', new."experiment_variant_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "executions" for each ROW execute function "executions_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "experiment_variants";`);
    this.addSql(`drop function if exists "experiment_variants_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "experiment_variants";`);
    this.addSql(`drop function if exists "experiment_variants_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "experiment_variants_parent_in_organization_fn"() returns trigger as $$ begin if new."experiment_id" is distinct from old."experiment_id" and new."experiment_id" is not null and not exists (
        select from "experiments" where id = new."experiment_id" and organization_id = new.organization_id) then
        raise exception 'experiment_variants: there is no % in this organisation', new."experiment_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."template_version_id" is distinct from old."template_version_id" and new."template_version_id" is not null and not exists (
        select from "prompt_template_versions" where id = new."template_version_id" and organization_id = new.organization_id) then
        raise exception 'experiment_variants: there is no % in this organisation', new."template_version_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "experiment_variants" for each ROW execute function "experiment_variants_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "experiments";`);
    this.addSql(`drop function if exists "experiments_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "experiments";`);
    this.addSql(`drop function if exists "experiments_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "experiments_parent_in_organization_fn"() returns trigger as $$ begin if new."template_id" is distinct from old."template_id" and new."template_id" is not null and not exists (
        select from "prompt_templates" where id = new."template_id" and organization_id = new.organization_id) then
        raise exception 'experiments: there is no % in this organisation', new."template_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "experiments" for each ROW execute function "experiments_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "prompt_collection_items";`);
    this.addSql(`drop function if exists "prompt_collection_items_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "prompt_collection_items";`);
    this.addSql(`drop function if exists "prompt_collection_items_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "prompt_collection_items_parent_in_organization_fn"() returns trigger as $$ begin if new."collection_id" is distinct from old."collection_id" and new."collection_id" is not null and not exists (
        select from "prompt_collections" where id = new."collection_id" and organization_id = new.organization_id) then
        raise exception 'prompt_collection_items: there is no % in this organisation', new."collection_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."template_id" is distinct from old."template_id" and new."template_id" is not null and not exists (
        select from "prompt_templates" where id = new."template_id" and organization_id = new.organization_id) then
        raise exception 'prompt_collection_items: there is no % in this organisation', new."template_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "prompt_collection_items" for each ROW execute function "prompt_collection_items_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "prompt_enhancements";`);
    this.addSql(`drop function if exists "prompt_enhancements_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "prompt_enhancements";`);
    this.addSql(`drop function if exists "prompt_enhancements_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "prompt_enhancements_parent_in_organization_fn"() returns trigger as $$ begin if new."context_source_id" is distinct from old."context_source_id" and new."context_source_id" is not null and not exists (
        select from "context_sources" where id = new."context_source_id" and organization_id = new.organization_id) then
        raise exception 'prompt_enhancements: there is no % in this organisation', new."context_source_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "prompt_enhancements" for each ROW execute function "prompt_enhancements_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "prompt_template_label_moves";`);
    this.addSql(`drop function if exists "prompt_template_label_moves_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "prompt_template_label_moves";`);
    this.addSql(`drop function if exists "prompt_template_label_moves_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "prompt_template_label_moves_parent_in_organization_fn"() returns trigger as $$ begin if new."template_id" is distinct from old."template_id" and new."template_id" is not null and not exists (
        select from "prompt_templates" where id = new."template_id" and organization_id = new.organization_id) then
        raise exception 'prompt_template_label_moves: there is no % in this organisation', new."template_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."template_version_id" is distinct from old."template_version_id" and new."template_version_id" is not null and not exists (
        select from "prompt_template_versions" where id = new."template_version_id" and organization_id = new.organization_id) then
        raise exception 'prompt_template_label_moves: there is no % in this organisation', new."template_version_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "prompt_template_label_moves" for each ROW execute function "prompt_template_label_moves_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "prompt_template_labels";`);
    this.addSql(`drop function if exists "prompt_template_labels_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "prompt_template_labels";`);
    this.addSql(`drop function if exists "prompt_template_labels_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "prompt_template_labels_parent_in_organization_fn"() returns trigger as $$ begin if new."template_id" is distinct from old."template_id" and new."template_id" is not null and not exists (
        select from "prompt_templates" where id = new."template_id" and organization_id = new.organization_id) then
        raise exception 'prompt_template_labels: there is no % in this organisation', new."template_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."template_version_id" is distinct from old."template_version_id" and new."template_version_id" is not null and not exists (
        select from "prompt_template_versions" where id = new."template_version_id" and organization_id = new.organization_id) then
        raise exception 'prompt_template_labels: there is no % in this organisation', new."template_version_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "prompt_template_labels" for each ROW execute function "prompt_template_labels_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "prompt_template_versions";`);
    this.addSql(`drop function if exists "prompt_template_versions_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "prompt_template_versions";`);
    this.addSql(`drop function if exists "prompt_template_versions_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "prompt_template_versions_parent_in_organization_fn"() returns trigger as $$ begin if new."template_id" is distinct from old."template_id" and new."template_id" is not null and not exists (
        select from "prompt_templates" where id = new."template_id" and organization_id = new.organization_id) then
        raise exception 'prompt_template_versions: there is no % in this organisation', new."template_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "prompt_template_versions" for each ROW execute function "prompt_template_versions_parent_in_organization_fn"();`,
    );
  }
}
