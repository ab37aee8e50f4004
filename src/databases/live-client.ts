/** A connection that asks for its password before it is opened. */
import pg from 'pg';

/**
 * pg asks for a password that is a function only when the server does; by then the server has already looked up what it
 * will compare it with, and a password that changes in between is refused.
 */
export function clientWith(password: () => Promise<string>): typeof pg.Client {
  return class extends pg.Client {
    override connect(): Promise<this>;
    override connect(callback: (error: Error) => void): void;
    override connect(callback?: (error: Error) => void): unknown {
      const asked = password().then((current) => {
        this.password = current;
      });
      return callback
        ? asked.then(() => super.connect(callback), callback)
        : asked.then(() => super.connect());
    }
  };
}
