import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { selfSigned } from '../../src/embedded/images/self-signed.ts';

/**
 * A mutating webhook on this machine that gives new Pods another image: `manifest` registers it. What a registry does
 * that serves a broken build under a good tag.
 */
export async function startImageRewriter(from: string, to: string): Promise<{ manifest: string; close(): void }> {
  const { ca, cert, key } = await selfSigned(['localhost']);
  const server = https.createServer({ cert, key }, (request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const { request: review } = JSON.parse(body) as { request: { uid: string; object: { spec: { containers: { image: string }[] } } } };
      const patch = review.object.spec.containers.flatMap(({ image }, index) =>
        image === from ? [{ op: 'replace', path: `/spec/containers/${index}/image`, value: to }] : [],
      );
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({
          apiVersion: 'admission.k8s.io/v1',
          kind: 'AdmissionReview',
          response: {
            uid: review.uid,
            allowed: true,
            patchType: 'JSONPatch',
            patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
          },
        }),
      );
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const manifest = JSON.stringify({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name: 'image-rewriter' },
    webhooks: [
      {
        name: 'image-rewriter.example.com',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        failurePolicy: 'Fail',
        clientConfig: { url: `https://localhost:${port}/`, caBundle: Buffer.from(ca).toString('base64') },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] }],
      },
    ],
  });
  return {
    manifest,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
