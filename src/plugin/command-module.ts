import type { Command } from 'commander';
import type { Session } from './session.ts';

/** Adds one command below `parent`. `session` may be called only while the command runs: the flags are known then. */
export type CommandModule = (parent: Command, session: () => Session) => void;
