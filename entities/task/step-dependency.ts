import { defineEntity, p } from '@mikro-orm/core';
import { tenantRow, timestamps } from '../columns.ts';
import { DecomposedStep } from './decomposed-step.ts';

const schema = defineEntity({
  name: 'StepDependency',
  tableName: 'step_dependencies',
  properties: {
    ...tenantRow,
    stepId: () => p.manyToOne(DecomposedStep).mapToPk().fieldName('step_id').deleteRule('cascade'),
    dependsOnId: () =>
      p.manyToOne(DecomposedStep).mapToPk().fieldName('depends_on_id').deleteRule('cascade').index(),
    ...timestamps,
  },
  uniques: [{ properties: ['stepId', 'dependsOnId'] }],
  checks: [{ name: 'step_dependencies_not_itself', expression: 'step_id <> depends_on_id' }],
  triggers: [
    {
      name: 'steps_stay_acyclic',
      timing: 'before',
      events: ['insert', 'update'],
      // One writer per plan at a time: the search of the second sees what the first committed. Under repeatable read it
      // would not, so that is refused.
      body: `
        declare plan uuid;
        begin
          if (new.step_id, new.depends_on_id) is not distinct from (old.step_id, old.depends_on_id) then
            return new;
          end if;
          if current_setting('transaction_isolation') = 'repeatable read' then
            raise exception 'step_dependencies: use read committed or serializable, or a cycle could slip in'
              using errcode = 'feature_not_supported', table = tg_table_name;
          end if;
          select s.requirement_decomposition_id into plan
            from decomposed_steps s join decomposed_steps d using (requirement_decomposition_id)
           where s.id = new.step_id and d.id = new.depends_on_id;
          if plan is null then
            raise exception 'step_dependencies: the steps % and % are not of one plan', new.step_id, new.depends_on_id
              using errcode = 'check_violation', constraint = 'steps_of_one_plan', table = tg_table_name;
          end if;
          perform from requirement_decompositions where id = plan for no key update;
          if exists (
            with recursive earlier(id) as (
              select new.depends_on_id
              union
              select d.depends_on_id from step_dependencies d join earlier on d.step_id = earlier.id
               where d.id <> new.id)
            select from earlier where id = new.step_id) then
            raise exception 'step_dependencies: % depends on % already, so the reverse would be a cycle', new.depends_on_id, new.step_id
              using errcode = 'check_violation', constraint = 'steps_stay_acyclic', table = tg_table_name;
          end if;
        end;
        return new;`,
    },
  ],
});

/** `stepId` starts after `dependsOnId` is done. The database refuses a cycle. */
export class StepDependency extends schema.class {}
schema.setClass(StepDependency);
