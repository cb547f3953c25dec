import { describe, expect, it } from 'vitest';
import { jsonPathOf, pointerTo, valueAt } from './path-value.ts';

const object = {
  metadata: { annotations: { 'a.b/c': 'x' } },
  status: {
    conditions: [
      { type: 'A', status: 'False' },
      { type: 'Ready', status: 'True' },
    ],
  },
  list: [{ n: 1 }],
};

describe('a path into an object', () => {
  it.each([
    [['metadata', 'annotations', 'a.b/c'], 'x', '/metadata/annotations/a.b~1c', 'jsonpath={.metadata.annotations.a\\.b/c}'],
    [
      ['status', 'conditions', 'type=Ready', 'status'],
      'True',
      '/status/conditions/1/status',
      'jsonpath={.status.conditions[?(@.type=="Ready")].status}',
    ],
    [['list', '0', 'n'], 1, '/list/0/n', 'jsonpath={.list[0].n}'],
    [['metadata', 'name'], undefined, '/metadata/name', 'jsonpath={.metadata.name}'],
    [['status', 'conditions', 'type=Gone', 'status'], undefined, undefined, 'jsonpath={.status.conditions[?(@.type=="Gone")].status}'],
    [['no', 'such', 'field'], undefined, undefined, 'jsonpath={.no.such.field}'],
  ])('%j has a value, a pointer and a form for kubectl', (path, value, pointer, jsonPath) => {
    expect({ value: valueAt(object, path), pointer: pointerTo(object, path), jsonPath: jsonPathOf(path) }).toEqual({
      value,
      pointer,
      jsonPath,
    });
  });
});
