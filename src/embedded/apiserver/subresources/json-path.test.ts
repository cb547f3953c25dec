import { expect, it } from 'vitest';
import { readPath, writePath } from './json-path.ts';

it('reads and writes simple paths', () => {
  const object = { spec: { replicas: 2 } };
  expect(readPath(object, '.spec.replicas')).toBe(2);
  writePath(object, '.spec.scale.wanted', 3);
  expect(object).toEqual({ spec: { replicas: 2, scale: { wanted: 3 } } });
});

it('reads and writes what an object itself has, whatever the name', () => {
  const object = {};
  expect(readPath(object, '.constructor.length')).toBeUndefined();
  writePath(object, '.constructor.size', 1);
  writePath(object, '.__proto__.size', 2);
  expect(JSON.stringify(object)).toBe('{"constructor":{"size":1},"__proto__":{"size":2}}');
  expect({}).not.toHaveProperty('size');
  expect(readPath(object, '.__proto__.size')).toBe(2);
});
