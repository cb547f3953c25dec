import { expect, it } from 'vitest';
import { FieldMemory } from './header-fields.ts';
import { parseResponseHead } from './response-head.ts';

it('frames each answer by its own status, version and request, though its lines are those of the one before', () => {
  const memory = new FieldMemory();
  const framingOf = (statusLine: string, lines: string, method = 'GET') => {
    const head = parseResponseHead(`${statusLine}\r\n${lines}`, method, memory);
    return [head?.framing.kind, head?.keepsAlive];
  };
  const length = 'Content-Length: 2';
  expect(framingOf('HTTP/1.1 200 OK', length)).toEqual(['length', true]);
  expect(framingOf('HTTP/1.1 200 OK', length, 'HEAD')).toEqual(['none', true]);
  expect(framingOf('HTTP/1.1 304 Not Modified', length)).toEqual(['none', true]);
  expect(framingOf('HTTP/1.1 204 No Content', length)).toEqual(['none', true]);
  expect(framingOf('HTTP/1.0 200 OK', length)).toEqual(['length', false]);
  expect(framingOf('HTTP/1.1 200 OK', length)).toEqual(['length', true]);
  const neither = 'X-A: 1';
  expect(framingOf('HTTP/1.1 304 Not Modified', neither)).toEqual(['none', true]);
  expect(framingOf('HTTP/1.1 200 OK', neither)).toEqual(['until-close', false]);
  expect(framingOf('HTTP/1.1 200 OK', neither, 'HEAD')).toEqual(['none', true]);
});
