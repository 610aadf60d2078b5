import type { Cluster } from './cluster.ts';

/** One process: there is nobody to tell. */
export function singleNode(nodeId: string): Cluster {
  return {
    nodeId,
    isAlone: true,
    publish() {},
    onPublished() {},
    share() {},
    onShared() {},
    onAsked() {},
    declareGone() {},
    async start() {},
    async stop() {},
    trouble: () => null,
    unsaid: () => ({ waiting: 0, dropped: 0 }),
  };
}
