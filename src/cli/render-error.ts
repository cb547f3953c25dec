import { LabError, messageOf } from '../base/errors.ts';
import { StatusError } from '../kube/status-error.ts';

/** An error as a user reads it: what, why (the causes), and what to do next. Unforeseen errors keep their stack. */
export function renderError(error: unknown): string {
  if (error instanceof LabError) {
    const cause = error.cause === undefined ? '' : causeLine(error.cause, error.message);
    return `Error: ${error.message}\n${cause}${error.next === undefined ? '' : `Next: ${error.next}\n`}`;
  }
  if (error instanceof StatusError) return `Error from server (${error.reason}): ${error.message}\n`;
  return `Error: ${error instanceof Error ? (error.stack ?? error.message) : messageOf(error)}\nNext: this is a defect of canary-lab; please report it with the lines above.\n`;
}

/** The cause, unless the message already says it. */
function causeLine(cause: unknown, message: string): string {
  const text = messageOf(cause);
  return message.includes(text) ? '' : `Cause: ${text}\n`;
}
