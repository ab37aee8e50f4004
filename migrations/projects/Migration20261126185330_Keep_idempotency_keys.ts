import { Migration } from '@mikro-orm/migrations';

export class Migration20261126185330_Keep_idempotency_keys extends Migration {
  override name = 'Migration20261126185330_Keep_idempotency_keys';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "idempotency_keys" ("id" uuid not null, "organization_id" uuid not null, "key" varchar(255) not null, "request_hash" varchar(64) not null, "made_id" uuid not null, "attempt_id" uuid not null, "held_until" timestamptz not null, "answer" jsonb null, "headers" jsonb null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(`create index "idempotency_keys_created_at_index" on "idempotency_keys" ("created_at");`);
    this.addSql(
      `alter table "idempotency_keys" add constraint "idempotency_keys_organization_id_key_unique" unique ("organization_id", "key");`,
    );

    this.addSql(
      `create trigger updated_at_moves before update on "idempotency_keys" for each row execute function move_updated_at();`,
    );
    this.addSql(`alter table "idempotency_keys" enable row level security;`);
    this.addSql(`alter table "idempotency_keys" force row level security;`);
    this.addSql(
      `create policy "organization_isolation" on "idempotency_keys" using ("organization_id" = (select current_setting('app.organization_id')::uuid)) with check ("organization_id" = (select current_setting('app.organization_id')::uuid));`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop trigger if exists "updated_at_moves" on "idempotency_keys";`);
    this.addSql(`drop function if exists "idempotency_keys_updated_at_moves_fn"();`);
    this.addSql(`drop table if exists "idempotency_keys" cascade;`);
  }
}
