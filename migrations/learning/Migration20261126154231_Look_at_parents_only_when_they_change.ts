import { Migration } from '@mikro-orm/migrations';

export class Migration20261126154231_Look_at_parents_only_when_they_change extends Migration {
  override name = 'Migration20261126154231_Look_at_parents_only_when_they_change';

  override up(): void | Promise<void> {
    this.addSql(`drop trigger if exists "parent_in_organization" on "learning_models";`);
    this.addSql(`drop function if exists "learning_models_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "learning_models_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."parent_model_id" is not null and not exists (
        select from "learning_models" where id = new."parent_model_id" and organization_id = new.organization_id) then
        raise exception 'learning_models: there is no % in this organisation', new."parent_model_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "learning_models" for each ROW
  when (old."parent_model_id" is distinct from new."parent_model_id") execute function "learning_models_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "learning_models_parent_in_organization_fn"() returns trigger as $$ begin if new."parent_model_id" is not null and not exists (
        select from "learning_models" where id = new."parent_model_id" and organization_id = new.organization_id) then
        raise exception 'learning_models: there is no % in this organisation', new."parent_model_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "learning_models" for each ROW execute function "learning_models_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "evolution_sessions";`);
    this.addSql(`drop function if exists "evolution_sessions_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "evolution_sessions_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."best_model_id" is not null and not exists (
        select from "learning_models" where id = new."best_model_id" and organization_id = new.organization_id) then
        raise exception 'evolution_sessions: there is no % in this organisation', new."best_model_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "evolution_sessions" for each ROW
  when (old."best_model_id" is distinct from new."best_model_id") execute function "evolution_sessions_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "evolution_sessions_parent_in_organization_fn"() returns trigger as $$ begin if new."best_model_id" is not null and not exists (
        select from "learning_models" where id = new."best_model_id" and organization_id = new.organization_id) then
        raise exception 'evolution_sessions: there is no % in this organisation', new."best_model_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "evolution_sessions" for each ROW execute function "evolution_sessions_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "adaptations";`);
    this.addSql(`drop function if exists "adaptations_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "adaptations_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."learning_model_id" is not null and not exists (
        select from "learning_models" where id = new."learning_model_id" and organization_id = new.organization_id) then
        raise exception 'adaptations: there is no % in this organisation', new."learning_model_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."evolution_session_id" is not null and not exists (
        select from "evolution_sessions" where id = new."evolution_session_id" and organization_id = new.organization_id) then
        raise exception 'adaptations: there is no % in this organisation', new."evolution_session_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "adaptations" for each ROW
  when (old."learning_model_id" is distinct from new."learning_model_id" or old."evolution_session_id" is distinct from new."evolution_session_id") execute function "adaptations_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "adaptations_parent_in_organization_fn"() returns trigger as $$ begin if new."learning_model_id" is not null and not exists (
        select from "learning_models" where id = new."learning_model_id" and organization_id = new.organization_id) then
        raise exception 'adaptations: there is no % in this organisation', new."learning_model_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."evolution_session_id" is not null and not exists (
        select from "evolution_sessions" where id = new."evolution_session_id" and organization_id = new.organization_id) then
        raise exception 'adaptations: there is no % in this organisation', new."evolution_session_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "adaptations" for each ROW execute function "adaptations_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "pattern_recognition";`);
    this.addSql(`drop function if exists "pattern_recognition_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "pattern_recognition_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."learning_model_id" is not null and not exists (
        select from "learning_models" where id = new."learning_model_id" and organization_id = new.organization_id) then
        raise exception 'pattern_recognition: there is no % in this organisation', new."learning_model_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "pattern_recognition" for each ROW
  when (old."learning_model_id" is distinct from new."learning_model_id") execute function "pattern_recognition_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "pattern_recognition_parent_in_organization_fn"() returns trigger as $$ begin if new."learning_model_id" is not null and not exists (
        select from "learning_models" where id = new."learning_model_id" and organization_id = new.organization_id) then
        raise exception 'pattern_recognition: there is no % in this organisation', new."learning_model_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "pattern_recognition" for each ROW execute function "pattern_recognition_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "training_sessions";`);
    this.addSql(`drop function if exists "training_sessions_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "training_sessions_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."learning_model_id" is not null and not exists (
        select from "learning_models" where id = new."learning_model_id" and organization_id = new.organization_id) then
        raise exception 'training_sessions: there is no % in this organisation', new."learning_model_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "training_sessions" for each ROW
  when (old."learning_model_id" is distinct from new."learning_model_id") execute function "training_sessions_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "training_sessions_parent_in_organization_fn"() returns trigger as $$ begin if new."learning_model_id" is not null and not exists (
        select from "learning_models" where id = new."learning_model_id" and organization_id = new.organization_id) then
        raise exception 'training_sessions: there is no % in this organisation', new."learning_model_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "training_sessions" for each ROW execute function "training_sessions_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_in_organization" on "user_feedback";`);
    this.addSql(`drop function if exists "user_feedback_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "user_feedback_parent_stays_in_organization_fn"() returns trigger as $$ begin if new."learning_model_id" is not null and not exists (
        select from "learning_models" where id = new."learning_model_id" and organization_id = new.organization_id) then
        raise exception 'user_feedback: there is no % in this organisation', new."learning_model_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(`create trigger "parent_stays_in_organization" BEFORE UPDATE on "user_feedback" for each ROW
  when (old."learning_model_id" is distinct from new."learning_model_id") execute function "user_feedback_parent_stays_in_organization_fn"();`);
    this.addSql(`create or replace function "user_feedback_parent_in_organization_fn"() returns trigger as $$ begin if new."learning_model_id" is not null and not exists (
        select from "learning_models" where id = new."learning_model_id" and organization_id = new.organization_id) then
        raise exception 'user_feedback: there is no % in this organisation', new."learning_model_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT on "user_feedback" for each ROW execute function "user_feedback_parent_in_organization_fn"();`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "adaptations";`);
    this.addSql(`drop function if exists "adaptations_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "adaptations";`);
    this.addSql(`drop function if exists "adaptations_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "adaptations_parent_in_organization_fn"() returns trigger as $$ begin if new."learning_model_id" is distinct from old."learning_model_id" and new."learning_model_id" is not null and not exists (
        select from "learning_models" where id = new."learning_model_id" and organization_id = new.organization_id) then
        raise exception 'adaptations: there is no % in this organisation', new."learning_model_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; if new."evolution_session_id" is distinct from old."evolution_session_id" and new."evolution_session_id" is not null and not exists (
        select from "evolution_sessions" where id = new."evolution_session_id" and organization_id = new.organization_id) then
        raise exception 'adaptations: there is no % in this organisation', new."evolution_session_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "adaptations" for each ROW execute function "adaptations_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "evolution_sessions";`);
    this.addSql(`drop function if exists "evolution_sessions_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "evolution_sessions";`);
    this.addSql(`drop function if exists "evolution_sessions_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "evolution_sessions_parent_in_organization_fn"() returns trigger as $$ begin if new."best_model_id" is distinct from old."best_model_id" and new."best_model_id" is not null and not exists (
        select from "learning_models" where id = new."best_model_id" and organization_id = new.organization_id) then
        raise exception 'evolution_sessions: there is no % in this organisation', new."best_model_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "evolution_sessions" for each ROW execute function "evolution_sessions_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "learning_models";`);
    this.addSql(`drop function if exists "learning_models_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "learning_models";`);
    this.addSql(`drop function if exists "learning_models_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "learning_models_parent_in_organization_fn"() returns trigger as $$ begin if new."parent_model_id" is distinct from old."parent_model_id" and new."parent_model_id" is not null and not exists (
        select from "learning_models" where id = new."parent_model_id" and organization_id = new.organization_id) then
        raise exception 'learning_models: there is no % in this organisation', new."parent_model_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "learning_models" for each ROW execute function "learning_models_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "pattern_recognition";`);
    this.addSql(`drop function if exists "pattern_recognition_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "pattern_recognition";`);
    this.addSql(`drop function if exists "pattern_recognition_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "pattern_recognition_parent_in_organization_fn"() returns trigger as $$ begin if new."learning_model_id" is distinct from old."learning_model_id" and new."learning_model_id" is not null and not exists (
        select from "learning_models" where id = new."learning_model_id" and organization_id = new.organization_id) then
        raise exception 'pattern_recognition: there is no % in this organisation', new."learning_model_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "pattern_recognition" for each ROW execute function "pattern_recognition_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "training_sessions";`);
    this.addSql(`drop function if exists "training_sessions_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "training_sessions";`);
    this.addSql(`drop function if exists "training_sessions_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "training_sessions_parent_in_organization_fn"() returns trigger as $$ begin if new."learning_model_id" is distinct from old."learning_model_id" and new."learning_model_id" is not null and not exists (
        select from "learning_models" where id = new."learning_model_id" and organization_id = new.organization_id) then
        raise exception 'training_sessions: there is no % in this organisation', new."learning_model_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "training_sessions" for each ROW execute function "training_sessions_parent_in_organization_fn"();`,
    );

    this.addSql(`drop trigger if exists "parent_stays_in_organization" on "user_feedback";`);
    this.addSql(`drop function if exists "user_feedback_parent_stays_in_organization_fn"();`);
    this.addSql(`drop trigger if exists "parent_in_organization" on "user_feedback";`);
    this.addSql(`drop function if exists "user_feedback_parent_in_organization_fn"();`);
    this.addSql(`create or replace function "user_feedback_parent_in_organization_fn"() returns trigger as $$ begin if new."learning_model_id" is distinct from old."learning_model_id" and new."learning_model_id" is not null and not exists (
        select from "learning_models" where id = new."learning_model_id" and organization_id = new.organization_id) then
        raise exception 'user_feedback: there is no % in this organisation', new."learning_model_id"
          using errcode = 'foreign_key_violation', constraint = 'parent_in_organization', table = tg_table_name;       end if; return new; end; $$ language plpgsql;`);
    this.addSql(
      `create trigger "parent_in_organization" BEFORE INSERT OR UPDATE on "user_feedback" for each ROW execute function "user_feedback_parent_in_organization_fn"();`,
    );
  }
}
