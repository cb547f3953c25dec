import type { Authenticator } from '../authentication/authenticator.ts';
import type { DiscoveryDocuments } from '../discovery/discovery-documents.ts';
import type { ServerCore } from '../server-core.ts';
import type { EncodedLists } from './encoded-lists.ts';
import type { ProtobufDecoder } from './request-body.ts';
import type { RequestMetrics } from './request-metrics.ts';
import type { WatchFrames } from './watch-frames.ts';

/** What the HTTP layer works with. */
export interface HandlerDeps {
  core: ServerCore;
  authenticator: Authenticator;
  discovery: DiscoveryDocuments;
  metrics: RequestMetrics;
  lists: EncodedLists;
  frames: WatchFrames;
  /** Without one, protobuf bodies are refused with 415. */
  protobuf: ProtobufDecoder | undefined;
}
