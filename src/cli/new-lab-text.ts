/** The text of a new lab's file. `library` is what it imports from. */
export function newLabText(id: string, library: string): string {
  return `import { checks, cmd, defineLab, deployments, pods, step } from '${library}';

const namespace = 'my-lab';
const web = { namespace, name: 'web' };

export default defineLab({
  id: '${id}',
  title: { en: 'A Deployment and its Pods', ko: 'Deployment와 그 Pod' },
  summary: { en: 'Starts one Pod, then asks for three.', ko: 'Pod 하나를 시작한 다음 세 개로 늘립니다.' },
  needs: ['kubectl'],
  steps: [
    step({
      id: 'start',
      title: { en: 'Start it', ko: '시작하기' },
      say: { en: 'A Deployment keeps a number of equal Pods running.', ko: 'Deployment는 똑같은 Pod를 정해진 수만큼 실행 상태로 유지합니다.' },
      run: [
        cmd('kubectl', ['create', 'namespace', namespace]),
        cmd('kubectl', ['create', 'deployment', 'web', '--image', 'nginx', '-n', namespace]),
        cmd('kubectl', ['rollout', 'status', 'deployment/web', '-n', namespace, '--timeout', '60s']),
      ],
      checks: [checks.count({ id: 'start-pods', title: { en: 'there is one Pod', ko: 'Pod가 하나 있습니다' } }, { resource: pods, namespace, labelSelector: 'app=web', equals: 1 })],
      hint: { en: 'kubectl create makes both the namespace and the Deployment.', ko: 'kubectl create로 네임스페이스와 Deployment를 모두 만들 수 있습니다.' },
    }),
    step({
      id: 'scale',
      title: { en: 'Three of them', ko: '세 개로' },
      say: { en: 'Ask for three.', ko: '세 개를 요청합니다.' },
      run: [cmd('kubectl', ['scale', 'deployment', 'web', '--replicas', '3', '-n', namespace])],
      checks: [
        checks.field({ id: 'scale-asked', title: { en: 'the Deployment asks for three', ko: 'Deployment가 세 개를 요청합니다' } }, { resource: deployments, key: web, path: ['spec', 'replicas'], equals: 3 }),
        checks.count({ id: 'scale-pods', title: { en: 'there are three Pods', ko: 'Pod가 세 개 있습니다' } }, { resource: pods, namespace, labelSelector: 'app=web', equals: 3 }),
      ],
      why: { en: 'The Deployment changes its ReplicaSet, and the ReplicaSet makes the Pods.', ko: 'Deployment가 ReplicaSet을 바꾸고, ReplicaSet이 Pod를 만듭니다.' },
    }),
  ],
});
`;
}
