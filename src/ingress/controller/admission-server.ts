import type { IncomingMessage, ServerResponse } from 'node:http';
import { messageOf } from '../../base/errors.ts';
import type { Ingress } from '../../kube/generated/types.ts';

interface AdmissionReview {
  apiVersion: string;
  kind: string;
  request?: { uid: string; kind?: { kind: string }; operation?: string; object?: Ingress };
}

/** Answers one AdmissionReview; the request's uid is repeated. Throws when the body is no review. */
export function answerReview(body: string, denialOf: (ingress: Ingress) => string | undefined): string {
  const review = JSON.parse(body) as AdmissionReview;
  if (review.kind !== 'AdmissionReview' || review.request === undefined)
    throw new Error('the body is not an AdmissionReview with a request');
  const { uid, object, operation } = review.request;
  const message = object === undefined || operation === 'DELETE' ? undefined : denialOf(object);
  const response =
    message === undefined
      ? { uid, allowed: true }
      : { uid, allowed: false, status: { metadata: {}, status: 'Failure', message, reason: 'BadRequest', code: 400 } };
  return JSON.stringify({ kind: 'AdmissionReview', apiVersion: review.apiVersion, response });
}

/** The request listener of the webhook's HTTPS server. */
export function admissionListener(
  denialOf: (ingress: Ingress) => string | undefined,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      try {
        const text = answerReview(Buffer.concat(chunks).toString(), denialOf);
        response.writeHead(200, { 'content-type': 'application/json' }).end(text);
      } catch (error) {
        response.writeHead(400, { 'content-type': 'text/plain' }).end(messageOf(error));
      }
    });
  };
}
