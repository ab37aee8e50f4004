import { Migration } from '@mikro-orm/migrations';

export class Migration20261124143504_Guard_parents_and_move_updated_at extends Migration {
  override name = 'Migration20261124143504_Guard_parents_and_move_updated_at';

  override up(): void | Promise<void> {
    this.addSql(
      `create trigger updated_at_moves before update on "user_feedback" for each row execute function move_updated_at();`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop trigger if exists "updated_at_moves" on "user_feedback";`);
    this.addSql(`drop function if exists "user_feedback_updated_at_moves_fn"();`);
  }
}
