/** What `gsw doctor` says of one thing that it looked at. */
export type Finding = {
  /** Which check found it, such as `clock`. */
  check: string;
  /** `warning`: it works, but not as it should, or not for long. */
  state: 'ok' | 'warning' | 'failed';
  /** In a sentence. */
  what: string;
  /** What to do about it, where `what` does not say so. */
  mend?: string;
};

export type Look = () => Promise<Finding[]>;

export const ok = (check: string, what: string): Finding => ({ check, state: 'ok', what });

export const warning = (check: string, what: string, mend?: string): Finding => ({
  check,
  state: 'warning',
  what,
  ...(mend === undefined ? {} : { mend }),
});

export const failed = (check: string, what: string, mend?: string): Finding => ({
  ...warning(check, what, mend),
  state: 'failed',
});
