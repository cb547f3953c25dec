import { describe, expect, it } from 'vitest';
import { fitMessage } from './fit-message.ts';

describe('fitMessage', () => {
  it('counts equal reasons over all nodes and sorts them', () => {
    const full = { reasons: ['Insufficient memory', 'Insufficient cpu'], isFinal: false };
    const cordoned = { reasons: ['node(s) were unschedulable'], isFinal: true };
    expect(fitMessage([full, cordoned, full])).toBe(
      '0/3 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu, 2 Insufficient memory. no new claims to deallocate, ' +
        'preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.',
    );
  });
});
