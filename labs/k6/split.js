// Which version answers and which requests fail, while a lab changes the weight. `npm run traffic` runs this file where k6 is on PATH and
// reads the points of `answer_time`; by hand:
//   k6 run -e URL=http://127.0.0.1:8080/success -e HOST=sample.app -e RATE=200 -e DURATION=30s labs/k6/split.js
// The arrival rate does not wait for answers, so that a slow one is not hidden.
import http from 'k6/http';
import { Rate, Trend } from 'k6/metrics';

const url = __ENV.URL || 'http://127.0.0.1:8080/success';
const rate = Number(__ENV.RATE || 200);
const headers = { Host: __ENV.HOST || 'sample.app' };
if (__ENV.HEADER) {
  const colon = __ENV.HEADER.indexOf(':');
  headers[__ENV.HEADER.slice(0, colon)] = __ENV.HEADER.slice(colon + 1).trim();
}

export const options = {
  scenarios: {
    steady: {
      executor: 'constant-arrival-rate',
      rate,
      timeUnit: '1s',
      duration: __ENV.DURATION || '30s',
      preAllocatedVUs: Math.max(20, Math.ceil(rate / 10)),
      maxVUs: rate,
    },
  },
  summaryTrendStats: ['med', 'p(95)', 'p(99)', 'max'],
};

const answerTime = new Trend('answer_time', true);
const failed = new Rate('failed');

export default function () {
  const response = http.get(url, { headers });
  const isFailed = response.status < 200 || response.status > 299;
  failed.add(isFailed);
  let version = '';
  try {
    version = String(response.json('version') || '');
  } catch (_) {
    /* not the sample app */
  }
  answerTime.add(response.timings.duration, { status: String(response.status), error: String(response.error_code || ''), version });
}
