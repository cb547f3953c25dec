/** An error that a user meets: what happened, why, and what to do next. `code` is stable and never shown translated. */
export class LabError extends Error {
  readonly code: string;
  /** The line to type or the thing to change. */
  readonly next: string | undefined;

  constructor(code: string, message: string, options: { cause?: unknown; next?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'LabError';
    this.code = code;
    this.next = options.next;
  }
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
