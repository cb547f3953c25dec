/** An image that is built on this machine and brought into a cluster that cannot pull it. */
export interface LocalImage {
  /** `repository:tag`. */
  reference: string;
  /** Folder with the Dockerfile. */
  context: string;
  buildArgs: Readonly<Record<string, string>>;
}

/** The sample app under each of its tags, from one source. */
export function sampleAppImages(repository: string, tags: readonly string[], context: string): LocalImage[] {
  return tags.map((tag) => ({ reference: `${repository}:${tag}`, context, buildArgs: { VERSION: tag } }));
}
