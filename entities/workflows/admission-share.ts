import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';

const schema = defineEntity({
  name: 'AdmissionShare',
  tableName: 'admission_shares',
  properties: {
    ...tenantRow,
    /** So many workflows may hold a place without anybody asking what other organisations have. */
    places: p.integer().default(0).check('places >= 0'),
    /** When it had its last turn, in turns of an organisation of weight 1; compared with the others'. */
    turn: p.double().default(0),
    ...timestamps,
  },
  uniques: [{ properties: ['organizationId'] }],
});

/** What the admission of workflows knows of an organisation. Worked out anew all the time: nobody's own work. */
export class AdmissionShare extends schema.class {}
schema.setClass(AdmissionShare);
