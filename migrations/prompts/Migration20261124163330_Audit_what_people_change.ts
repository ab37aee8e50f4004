import { Migration } from '@mikro-orm/migrations';

export class Migration20261124163330_Audit_what_people_change extends Migration {
  override name = 'Migration20261124163330_Audit_what_people_change';

  override up(): void | Promise<void> {
    this.addSql(
      `create trigger changes_are_kept after insert or update or delete on "context_sources" for each row execute function keep_change('{}', '{}');`,
    );

    this.addSql(
      `create trigger changes_are_kept after insert or update or delete on "prompt_collections" for each row execute function keep_change('{}', '{}');`,
    );

    this.addSql(
      `create trigger changes_are_kept after insert or update or delete on "prompt_enhancements" for each row execute function keep_change('{}', '{}');`,
    );

    this.addSql(
      `create trigger changes_are_kept after insert or update or delete on "prompt_templates" for each row execute function keep_change('{}', '{}');`,
    );

    this.addSql(
      `create trigger changes_are_kept after insert or update or delete on "experiments" for each row execute function keep_change('{}', '{}');`,
    );

    this.addSql(
      `create trigger changes_are_kept after insert or update or delete on "prompt_template_labels" for each row execute function keep_change('{}', '{}');`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop trigger if exists "changes_are_kept" on "context_sources";`);
    this.addSql(`drop function if exists "context_sources_changes_are_kept_fn"();`);

    this.addSql(`drop trigger if exists "changes_are_kept" on "experiments";`);
    this.addSql(`drop function if exists "experiments_changes_are_kept_fn"();`);

    this.addSql(`drop trigger if exists "changes_are_kept" on "prompt_collections";`);
    this.addSql(`drop function if exists "prompt_collections_changes_are_kept_fn"();`);

    this.addSql(`drop trigger if exists "changes_are_kept" on "prompt_enhancements";`);
    this.addSql(`drop function if exists "prompt_enhancements_changes_are_kept_fn"();`);

    this.addSql(`drop trigger if exists "changes_are_kept" on "prompt_template_labels";`);
    this.addSql(`drop function if exists "prompt_template_labels_changes_are_kept_fn"();`);

    this.addSql(`drop trigger if exists "changes_are_kept" on "prompt_templates";`);
    this.addSql(`drop function if exists "prompt_templates_changes_are_kept_fn"();`);
  }
}
