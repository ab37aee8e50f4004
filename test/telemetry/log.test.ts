import { Writable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { noteSecret, redact } from '../../src/security/redact.ts';
import { inLogContext, noteInLog } from '../../src/telemetry/log-context.ts';
import { createLogger } from '../../src/telemetry/logger.ts';

const canary = 'CanaryOfNoFormThatIsKnown17';

/** What a logger of production writes. */
function written(work: (logger: ReturnType<typeof createLogger>) => void): string {
  let text = '';
  const stream = new Writable({
    write: (line, _encoding, done) => {
      text += line;
      done();
    },
  });
  work(createLogger('trace', stream));
  return text;
}

describe('the log', () => {
  test('says in the course of which work a line was written, however deep below', async () => {
    const text = await inLogContext({ organizationId: 'o', workflowId: 'w' }, async () => {
      noteInLog({ stage: 'pr_validation' });
      await Promise.resolve();
      return written((logger) => logger.info({ mine: 1 }, 'hello'));
    });
    const expected = { organizationId: 'o', workflowId: 'w', stage: 'pr_validation', mine: 1, msg: 'hello' };
    expect(JSON.parse(text)).toMatchObject(expected);
    expect(JSON.parse(written((logger) => logger.info('alone'))).workflowId).toBeUndefined();
  });

  test('has no secret under a name that says so, at whatever depth and in whatever container', () => {
    const names = [
      'password',
      'apiKey',
      'x-api-key',
      'Authorization',
      'set-cookie',
      'client_secret',
      'accessToken',
    ];
    const name = fc.constantFrom(...names, 'githubWebhookSecret', 'privateKey', 'VAULT_MASTER_KEY', 'tokens');
    const wrap = fc.array(
      fc.constantFrom<(value: object) => object>(
        (value) => ({ nested: value }),
        (value) => [1, value],
        (value) => new Map([['entry', value]]),
        (value) => Object.assign(new Error('failed'), { response: value }),
        (value) => new Error('above', { cause: value }),
        (value) => ({ toJSON: () => value }),
      ),
      { maxLength: 5 },
    );
    const secret = fc.constantFrom<unknown>(canary, [canary], { value: canary }, Buffer.from(canary));
    fc.assert(
      fc.property(name, wrap, secret, (field, wrappers, value) => {
        const hidden = wrappers.reduce<object>((inner, around) => around(inner), {
          [field]: value,
          seen: 'seen',
        });
        for (const text of [
          written((logger) => logger.warn({ err: hidden, headers: hidden }, 'it failed')),
          written((logger) => logger.child({ context: 'x' }).error({ hidden })),
        ]) {
          expect(text).not.toContain(canary);
          expect(text).toContain('seen');
        }
      }),
    );
  });

  test('has no secret in a header, in whatever way headers are kept', () => {
    const headers = { authorization: `Bearer ${canary}`, cookie: `session=${canary}` };
    const raw = Object.entries(headers).flat();
    const text = written((logger) =>
      logger.error({
        headers,
        rawHeaders: raw,
        fetch: new Headers(headers),
        said: `authorization: Bearer ${canary}`,
      }),
    );
    expect(text).not.toContain(canary);
  });

  test('has no secret in an error, its stack, its cause, or the message of a line', () => {
    const token = `ghp_${'a1B2'.repeat(9)}`;
    const url = `postgres://app:${canary}@db/x`;
    const error = new Error(`refused ${token}`, { cause: new Error(`could not reach ${url}`) });
    const text = written((logger) => {
      logger.error(error, `gave up on ${url}`);
      logger.error({ err: error });
      logger.error(`said ${token}`);
    });
    expect(text).not.toContain(token);
    expect(text).not.toContain(canary);
    expect(JSON.parse(text.split('\n')[1] ?? '').err).toMatchObject({
      type: 'Error',
      message: 'refused ghp_[redacted]',
      cause: { message: 'could not reach postgres://app:[redacted]@db/x' },
    });
  });

  test('has no secret that was handed out in this process, whatever it looks like', () => {
    const plain = 'correct horse "battery"\nstaple';
    expect(redact(`said ${plain}`)).toContain('battery');
    noteSecret(plain);
    expect(written((logger) => logger.warn({ answer: `you sent ${plain}` }, plain))).not.toContain('battery');
    expect(redact(`said ${plain}`)).toBe('said [redacted]');
  });

  test('keeps counts, ids and what goes round in a circle', () => {
    const round: Record<string, unknown> = {
      inputTokens: 17,
      token: 3,
      idempotencyKey: 'order-17',
      at: new Date(0),
    };
    round.self = round;
    expect(JSON.parse(written((logger) => logger.info({ round })))).toMatchObject({
      round: {
        inputTokens: 17,
        token: 3,
        idempotencyKey: 'order-17',
        at: '1970-01-01T00:00:00.000Z',
        self: '[circular]',
      },
    });
  });
});
