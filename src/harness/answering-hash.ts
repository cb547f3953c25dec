import type { RequestResult } from '../traffic/send-request.ts';

/**
 * The Pod template hash that an answer of the sample app names; `undefined` when it is no such answer. The app's own
 * `deployment` is not used: it is fixed when the Pod starts, while the label changes later.
 */
export function answeringHash(answer: Pick<RequestResult, 'status' | 'body'>): string | undefined {
  if (answer.status !== 200) return undefined;
  try {
    const { podTemplateHash, pod } = JSON.parse(answer.body) as { podTemplateHash?: string; pod?: string };
    return podTemplateHash || pod?.split('-').at(-2);
  } catch {
    return undefined;
  }
}
