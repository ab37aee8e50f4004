/**
 * What the work comes to, or an error once it takes too long; the work itself goes on, and what it comes to then is let go.
 * @param late the error's message
 */
export function within<T>(ms: number, work: Promise<T>, late: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timeout = setTimeout(() => reject(new Error(late)), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timeout));
  });
}
