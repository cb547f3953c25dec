import type { ImageProgram, ImageTable } from './image-program.ts';
import { standIn } from './stand-in.ts';
import { utilityImages } from './utility-image.ts';

/** The repository of a reference without tag and digest; Docker Hub's default registry and `library/` are dropped. */
export function repositoryOf(reference: string): string {
  const name = reference.split('@')[0]!;
  const colon = name.lastIndexOf(':');
  const repository = colon > name.lastIndexOf('/') ? name.slice(0, colon) : name;
  return repository.replace(/^(docker\.io|index\.docker\.io)\//, '').replace(/^library\//, '');
}

/**
 * The table of images: `programs` by repository name (`registry.k8s.io/ingress-nginx/controller`, `example.com/shop`), whatever the tag or
 * digest, over those of the utilities (`busybox`, `alpine`, `curlimages/curl`). Every other reference runs the stand-in; one whose name contains `bad` never becomes ready.
 */
export function createImageTable(programs: Readonly<Record<string, ImageProgram>>): ImageTable {
  const byRepository = new Map(Object.entries({ ...utilityImages, ...programs }).map(([name, program]) => [repositoryOf(name), program]));
  return {
    find(reference) {
      const program = byRepository.get(repositoryOf(reference));
      if (program !== undefined) return { program, standIn: false };
      return { program: standIn, standIn: true, neverReady: /bad/i.test(reference.split('@')[0]!) };
    },
  };
}
