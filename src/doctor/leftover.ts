/** Something that a run has made and that is still there. */
export interface Leftover {
  kind:
    | 'cluster'
    | 'container'
    | 'network'
    | 'volume'
    | 'image'
    | 'release'
    | 'snapshot'
    | 'namespace'
    | 'definition'
    | 'process'
    | 'folder';
  name: string;
  /** The line that removes it. */
  next: string;
  /** It may be of another program: it is named, and does not count. */
  isUncertain?: boolean | undefined;
}
