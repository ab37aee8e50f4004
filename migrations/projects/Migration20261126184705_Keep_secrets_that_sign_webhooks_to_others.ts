import { Migration } from '@mikro-orm/migrations';

export class Migration20261126184705_Keep_secrets_that_sign_webhooks_to_others extends Migration {
  override name = 'Migration20261126184705_Keep_secrets_that_sign_webhooks_to_others';

  override up(): void | Promise<void> {
    this.addSql(`alter table "credentials" drop constraint "credentials_kind_check";`);
    this.addSql(`alter table "credentials" drop constraint "credentials_provider_check";`);
    this.addSql(
      `alter table "credentials" add constraint "credentials_kind_check" check ("kind" in ('github_app', 'github_token', 'github_webhook_secret', 'linear_key', 'linear_oauth', 'linear_webhook_secret', 'codegen_key', 'slack_token', 'slack_signing_secret', 'notion_token', 'notion_verification_token', 'webhook_signing_secret'));`,
    );
    this.addSql(
      `alter table "credentials" add constraint "credentials_provider_check" check ("provider" in ('github', 'linear', 'codegen', 'slack', 'notion', 'webhook'));`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "credentials" drop constraint "credentials_provider_check";`);
    this.addSql(`alter table "credentials" drop constraint "credentials_kind_check";`);
    this.addSql(
      `alter table "credentials" add constraint "credentials_provider_check" check ("provider" in ('github', 'linear', 'codegen', 'slack', 'notion'));`,
    );
    this.addSql(
      `alter table "credentials" add constraint "credentials_kind_check" check ("kind" in ('github_app', 'github_token', 'github_webhook_secret', 'linear_key', 'linear_oauth', 'linear_webhook_secret', 'codegen_key', 'slack_token', 'slack_signing_secret', 'notion_token', 'notion_verification_token'));`,
    );
  }
}
