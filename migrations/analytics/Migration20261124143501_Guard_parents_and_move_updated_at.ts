import { Migration } from '@mikro-orm/migrations';

export class Migration20261124143501_Guard_parents_and_move_updated_at extends Migration {
  override name = 'Migration20261124143501_Guard_parents_and_move_updated_at';

  override up(): void | Promise<void> {
    this.addSql(
      `create trigger updated_at_moves before update on "metrics" for each row execute function move_updated_at();`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop trigger if exists "updated_at_moves" on "metrics";`);
    this.addSql(`drop function if exists "metrics_updated_at_moves_fn"();`);
  }
}
