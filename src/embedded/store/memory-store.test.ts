import { MemoryStore } from './memory-store.ts';
import { describeStore } from './store-contract.ts';

describeStore('memory', () => new MemoryStore({ keptEvents: 100 }));
