import { describe, expect, it } from 'vitest';
import { FieldMemory } from './header-fields.ts';

describe('the memory of a connection', () => {
  it('gives what it gave before for the same lines, wherever they begin, and looks at others anew', () => {
    const memory = new FieldMemory();
    const first = memory.parse('GET /a\r\nHost: a.test\r\nContent-Length: 2', 8);
    expect(first).toMatchObject({ names: ['host', 'content-length'], values: ['a.test', '2'], framing: { kind: 'length', bytes: 2 } });
    expect(memory.parse('GET /longer\r\nHost: a.test\r\nContent-Length: 2', 13)).toBe(first);
    expect(memory.parse('GET /a\r\nHost: a.test\r\nContent-Length: 3', 8)).toMatchObject({ framing: { kind: 'length', bytes: 3 } });
    expect(memory.parse('GET /a\r\nHost: a.test', 8)).toMatchObject({ names: ['host'], framing: 'absent' });
    expect(memory.parse('GET /a', 8)).toMatchObject({ names: [], framing: 'absent' });
  });

  it('never takes refused lines for good ones, nor forgets the good ones over them', () => {
    const memory = new FieldMemory();
    const good = memory.parse('Host: a.test', 0);
    for (let again = 0; again < 2; again++) {
      expect(memory.parse('Host : a.test', 0)).toBeUndefined();
      expect(memory.parse('Host: a.test\r\nX: \0', 0)).toBeUndefined();
    }
    expect(memory.parse('Host: a.test', 0)).toBe(good);
  });

  it('does not keep long lines', () => {
    const memory = new FieldMemory();
    const text = `X-Long: ${'x'.repeat(5000)}`;
    const first = memory.parse(text, 0);
    expect(first?.longestLine).toBe(5008);
    expect(memory.parse(text, 0)).not.toBe(first);
  });
});
