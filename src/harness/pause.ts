/** A moment at which a presenter goes on by hand. */
export type PauseAt =
  /** The lab has been introduced. */
  | { at: 'lab' }
  /** A step has been introduced. */
  | { at: 'step' }
  /** Before a command, as one types it. */
  | { at: 'command'; command: string }
  /** What the command shows is there. */
  | { at: 'output' }
  /** The step's checks have been judged. */
  | { at: 'checks' }
  /** An explanation or a note is there. */
  | { at: 'text' };
