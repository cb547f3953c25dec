import type { EndpointSlice, Endpoints } from '../../../kube/generated/types.ts';
import { endpointSlices, endpoints as endpointsType } from '../../../kube/resource-type.ts';
import { type FieldError, fieldError } from '../../../kube/status-error.ts';
import { ageColumn, column, nameColumn } from './columns/column.ts';
import { endpointsCell, sliceEndpointsCell, slicePortsCell } from './columns/endpoint-cells.ts';
import type { Resource } from './resource.ts';
import { immutable } from './workload-validation.ts';

const ADDRESS_TYPES = ['IPv4', 'IPv6', 'FQDN'];

export const endpoints: Resource<Endpoints> = {
  type: endpointsType,
  singular: 'endpoints',
  shortNames: ['ep'],
  categories: [],
  schemaName: 'Endpoints',
  hasStatus: false,
  hasGeneration: false,
  columns: [nameColumn(), column('Endpoints', endpointsCell), ageColumn()],
  default(object) {
    for (const subset of object.subsets ?? []) for (const port of subset.ports ?? []) port.protocol ||= 'TCP';
  },
};

export const endpointSlice: Resource<EndpointSlice> = {
  type: endpointSlices,
  singular: 'endpointslice',
  shortNames: [],
  categories: [],
  schemaName: 'EndpointSlice',
  hasStatus: false,
  hasGeneration: true,
  columns: [
    nameColumn(),
    column('AddressType', ({ addressType }) => addressType),
    column('Ports', slicePortsCell),
    column('Endpoints', sliceEndpointsCell),
    ageColumn(),
  ],
  default(object) {
    object.endpoints ??= [];
    for (const endpoint of object.endpoints) endpoint.conditions ??= {};
    for (const port of object.ports ?? []) {
      port.name ??= '';
      port.protocol ||= 'TCP';
    }
  },
  validate(object) {
    const errors: FieldError[] = [];
    if (!object.addressType) errors.push(fieldError.required('addressType'));
    else if (!ADDRESS_TYPES.includes(object.addressType))
      errors.push(fieldError.notSupported('addressType', object.addressType, ADDRESS_TYPES));
    for (const [i, endpoint] of (object.endpoints ?? []).entries())
      if ((endpoint.addresses ?? []).length === 0)
        errors.push(fieldError.required(`endpoints[${i}].addresses`, 'must contain at least 1 address'));
    return errors;
  },
  validateUpdate: (object, old) => immutable('addressType', object.addressType, old.addressType),
};
