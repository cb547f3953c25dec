import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../test-api-server.ts';

let api: TestServer;
beforeAll(async () => {
  api = await startTestServer();
});
afterAll(async () => {
  await api.stop();
});

it.each([
  ['authentication.k8s.io/v1/tokenreviews', {}, 'token is required for TokenReview in authentication'],
  ['authorization.k8s.io/v1/selfsubjectrulesreviews', {}, 'no namespace on request'],
  ['authorization.k8s.io/v1/subjectaccessreviews', {}, 'at least one of user or group must be specified'],
  ['authorization.k8s.io/v1/selfsubjectaccessreviews', {}, 'exactly one of nonResourceAttributes or resourceAttributes must be specified'],
])('refuses an empty review of %s', async (path, spec, message) => {
  const { status, json } = await api.request('POST', `/apis/${path}`, { spec });
  expect([status, json['message']]).toEqual([400, message]);
});

it('knows a token of an account for the audience that it was made for, and no other', async () => {
  const made = await api.request('POST', '/api/v1/namespaces/default/serviceaccounts/default/token', { spec: { audiences: ['vault'] } });
  const { token } = made.json['status'] as unknown as { token: string };
  const review = async (audiences?: string[]): Promise<unknown> =>
    (await api.request('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token, ...(audiences ? { audiences } : {}) } }))
      .json['status'];
  expect(await review(['vault', 'other'])).toMatchObject({
    authenticated: true,
    audiences: ['vault'],
    user: { username: 'system:serviceaccount:default:default' },
  });
  expect(await review()).toEqual({ user: {}, error: 'invalid bearer token' });
  expect((await api.request('GET', '/api/v1/namespaces', undefined, { authorization: `Bearer ${token}` })).status).toBe(401);
});
