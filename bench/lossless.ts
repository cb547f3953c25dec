/**
 * `npm run bench -- lossless [REPEATS [TIME-RATE]]`: failed requests at 500 requests/s through the ingress while a Deployment of four Pods gets a new
 * image, loses Pods and is scaled. The load runs in the same process as the cluster. Exit code 1 when a request failed.
 */
import { ShopCluster } from '../test/support/shop-cluster.ts';

const [REPEATS = 20, TIME_RATE = 10] = process.argv.slice(2).map(Number).filter(Number.isFinite);
const RATE = 500;

let failed = 0;
let requests = 0;
const shop = await ShopCluster.start({ seed: 1, ingressPort: 8280, rate: TIME_RATE });
for (let repeat = 1; repeat <= REPEATS; repeat++) {
  const report = await shop.churnUnderLoad(`${repeat + 1}.0.0`, RATE);
  failed += report.failed;
  requests += report.requests;
  console.log(
    `repeat ${repeat}\t${report.requests} requests\t${(report.durationMs / 1000).toFixed(1)} s\t${report.failed} failed ${JSON.stringify(report.byStatus)}\tp99 ${report.latency.p99Ms} ms`,
  );
}
await shop.stop();
console.log(`lossless update\t${requests} requests in ${REPEATS} repeats\t${failed} failed\ttarget 0`);
process.exitCode = failed === 0 ? 0 : 1;
