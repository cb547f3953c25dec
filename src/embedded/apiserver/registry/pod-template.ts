import type { PodTemplate } from '../../../kube/generated/types.ts';
import { podTemplates } from '../../../kube/resource-type.ts';
import { column, nameColumn } from './columns/column.ts';
import { containersCell, imagesCell, labelsCell } from './columns/template-cells.ts';
import { defaultPodTemplate } from './pod-spec-defaults.ts';
import { validatePodTemplate } from './pod-spec-validation.ts';
import type { Resource } from './resource.ts';

export const podTemplate: Resource<PodTemplate> = {
  type: podTemplates,
  singular: 'podtemplate',
  shortNames: [],
  categories: [],
  schemaName: 'PodTemplate',
  hasStatus: false,
  hasGeneration: false,
  returnsDeleted: true,
  columns: [
    nameColumn(),
    column('Containers', ({ template }) => containersCell(template)),
    column('Images', ({ template }) => imagesCell(template)),
    column('Pod Labels', ({ template }) => labelsCell(template?.metadata?.labels)),
  ],
  default(object) {
    defaultPodTemplate((object.template ??= {}));
  },
  validate: (object) => validatePodTemplate(object.template, 'template'),
};
