import type { Server, Socket } from 'node:net';
import type { Activity } from '../../base/activity.ts';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { Random } from '../../base/random.ts';
import type { KubeApi } from '../../kube/kube-api.ts';

/** What a program says it uses; what is left out stays as it was said last. */
export interface UsageReport {
  /** CPU that it uses from now on, in thousandths of a core. */
  cpuMillicores?: number;
  /** CPU time that it spent at once, in ms, beside the steady use. */
  cpuMs?: number;
  /** Memory that it holds. More than the container's limit, and it is killed (`OOMKilled`). */
  memoryBytes?: number;
}

/** What a program of an image sees: its container, and the cluster as a Pod would. */
export interface ImageContext {
  /** The reference as the Pod names it, tag and digest included. */
  image: string;
  command: readonly string[];
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  pod: {
    name: string;
    namespace: string;
    uid: string;
    ip: string;
    nodeName: string;
    labels: Readonly<Record<string, string>>;
    serviceAccountName: string;
  };
  container: {
    name: string;
    ports: readonly { name?: string | undefined; containerPort: number; protocol?: string | undefined }[];
    /** An init container, or one of a Pod under restartPolicy Never or OnFailure: it is there to end. */
    runsToCompletion?: boolean;
    /**
     * Port numbers that somebody will ask although nothing declares them: those of the container's probes, or 80 and 8080 when it is alone in
     * its Pod and says nothing about ports.
     */
    impliedPorts?: readonly number[];
  };
  /** The content of a mounted file, or `undefined`. Reads see live ConfigMap and Secret updates. */
  readFile(path: string): string | undefined;
  /**
   * Writes a file: into an empty directory of the Pod, where its other containers and later runs see it, or beside the mounts, where it is
   * gone with this run. No content removes it. Throws where the file system is read-only.
   */
  writeFile?(path: string, content: string | undefined): void;
  /** Paths of every mounted file, sorted. */
  listFiles?(): string[];
  /** Tells what the program uses: `kubectl top`, autoscalers and memory limits go by it. */
  reportUsage?(usage: UsageReport): void;
  /** Writes one line to the container's log. */
  log(line: string): void;
  /** Aborts when the container must end (SIGTERM). A program that goes on is killed after the grace period. */
  signal: AbortSignal;
  /** Aborts when the container is killed (SIGKILL): sockets are closed by the kubelet then. */
  killed: AbortSignal;
  clock: Clock;
  random: Random;
  activity: Activity;
  diagnostics: Log;
  /**
   * Accepts connections to `port` of this Pod with `server`, which must not be listening itself: the network hands it
   * connected sockets (also those of the container's hostPort). `port` 0 is refused. Rejects when the port is taken in the Pod.
   */
  listen(port: number, server: Server): Promise<void>;
  /** Opens a connection to a Pod or Service address or a cluster DNS name. Rejects with ECONNREFUSED as a real dial would. */
  dial(host: string, port: number, signal?: AbortSignal): Promise<Socket>;
  /** HTTP over `dial`. */
  fetch(
    url: string,
    init?: { method?: string; headers?: Record<string, string>; body?: string; signal?: AbortSignal },
  ): Promise<{ status: number; headers: Record<string, string>; text(): Promise<string> }>;
  /** The API as this Pod's ServiceAccount: authentication, RBAC and admission apply. */
  api: KubeApi;
}

/** An image is a program; its result is the container's exit code. Throwing counts as exit code 1, the text goes to the log. */
export interface ImageProgram {
  run(ctx: ImageContext): Promise<number>;
  /** Runs `argv` in a container of this image for `kubectl exec` and exec probes. Absent: the utilities of the stand-in. */
  exec?(ctx: ImageContext, argv: readonly string[], io: ExecIo): Promise<number>;
}

/** The streams of one exec session. */
export interface ExecIo {
  stdin: AsyncIterable<Uint8Array> | undefined;
  stdout(chunk: Uint8Array | string): void;
  stderr(chunk: Uint8Array | string): void;
  signal: AbortSignal;
}

/** Which program runs for an image reference. */
export interface ImageTable {
  /**
   * `standIn` is true when no program was registered for the reference; `neverReady` marks a stand-in that is to be seen failing, whatever
   * its probes say.
   */
  find(reference: string): { program: ImageProgram; standIn: boolean; neverReady?: boolean };
}
