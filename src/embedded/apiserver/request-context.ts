import type { UserInfo } from '../../kube/generated/types.ts';

/** Who asks, and where remarks for the asker go. */
export interface RequestContext {
  readonly user: UserInfo;
  /** The field manager when the request names none. */
  readonly defaultManager: string;
  /** Ends when the caller has gone away. */
  readonly signal: AbortSignal | undefined;
  /** Adds a `Warning` header. */
  warn(text: string): void;
}
