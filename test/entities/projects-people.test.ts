import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Membership } from '../../entities/projects/membership.ts';
import { User } from '../../entities/projects/user.ts';
import { connectDatabases, type Databases } from '../../src/databases/connect.ts';
import type { Transaction } from '../../src/databases/tenancy.ts';
import { type FreshDatabases, freshDatabases } from '../support/databases.ts';

let fresh: FreshDatabases;
let databases: Databases;
const ours = randomUUID();
const theirs = randomUUID();
beforeAll(async () => {
  fresh = await freshDatabases();
  databases = connectDatabases(fresh.config);
});
afterAll(async () => {
  await databases?.close();
  await fresh?.drop();
});

const inOurs = <T>(work: Parameters<Transaction>[0]) =>
  databases.inOrganization(ours).projects(work) as Promise<T>;
const inTheirs = <T>(work: Parameters<Transaction>[0]) =>
  databases.inOrganization(theirs).projects(work) as Promise<T>;

let number = 0;
const user = (organizationId: string, values: Partial<User> = {}) => {
  number += 1;
  return {
    id: randomUUID(),
    organizationId,
    name: `User ${number}`,
    email: `user${number}@example.org`,
    ...values,
  };
};

const addUser = async (organizationId: string, values: Partial<User> = {}): Promise<string> => {
  const row = user(organizationId, values);
  await databases.inOrganization(organizationId).projects(async (em) => {
    em.persist(em.create(User, row));
  });
  return row.id;
};

const membership = (organizationId: string, userId: string) => ({
  id: randomUUID(),
  organizationId,
  userId,
  role: 'operator' as const,
});

const admit = (userId: string, organizationId: string, by: Transaction) =>
  by(async (em) => {
    em.persist(em.create(Membership, membership(organizationId, userId)));
  });

const seenBy = async (organizationId: string, id: string): Promise<boolean> =>
  databases.inOrganization(organizationId).projects(async (em) => (await em.count(User, { id })) === 1);

describe('a person', () => {
  test('is seen by the home organisation, and by others once a member there', async () => {
    const id = await addUser(ours);
    expect([await seenBy(ours, id), await seenBy(theirs, id)]).toEqual([true, false]);
    await admit(id, theirs, databases.maintenance.projects);
    expect([await seenBy(ours, id), await seenBy(theirs, id)]).toEqual([true, true]);
    await inTheirs((em) => em.nativeDelete(Membership, { userId: id }));
    expect(await seenBy(theirs, id)).toBe(false);
  });

  test('is changed and removed by the home organisation alone', async () => {
    const id = await addUser(ours, { name: 'Ada' });
    await admit(id, theirs, databases.maintenance.projects);
    expect(await inTheirs((em) => em.nativeUpdate(User, { id }, { name: 'Mallory' }))).toBe(0);
    expect(await inTheirs((em) => em.nativeDelete(User, { id }))).toBe(0);
    const adopt = inTheirs((em) =>
      em.execute('update users set organization_id = ? where id = ?', [theirs, id]),
    );
    await expect(adopt.then(() => seenBy(ours, id))).resolves.toBe(true);
    expect(await inOurs((em) => em.nativeUpdate(User, { id }, { name: 'Ada L.' }))).toBe(1);
  });

  test('is not made a member by an organisation that does not know him', async () => {
    const id = await addUser(ours);
    await expect(admit(id, theirs, databases.inOrganization(theirs).projects)).rejects.toThrow(
      `memberships: there is no ${id} in this organisation`,
    );
    await admit(id, ours, databases.inOrganization(ours).projects);
  });

  test('is a member of an organisation once', async () => {
    const id = await addUser(ours);
    await admit(id, ours, databases.inOrganization(ours).projects);
    await expect(admit(id, ours, databases.inOrganization(ours).projects)).rejects.toThrow(/unique/);
  });

  test('loses the memberships everywhere with the account', async () => {
    const id = await addUser(ours);
    await admit(id, ours, databases.inOrganization(ours).projects);
    await admit(id, theirs, databases.maintenance.projects);
    await inOurs((em) => em.nativeDelete(User, { id }));
    expect(await databases.maintenance.projects((em) => em.count(Membership, { userId: id }))).toBe(0);
  });

  test('has one account per address in the whole installation, in capitals or not, until it is closed', async () => {
    const id = await addUser(ours, { email: 'Grace@example.org' });
    await expect(addUser(theirs, { email: 'grace@EXAMPLE.org' })).rejects.toThrow(/users_email_unique/);
    await inOurs((em) => em.nativeUpdate(User, { id }, { deactivatedAt: new Date() }));
    await addUser(theirs, { email: 'grace@EXAMPLE.org' });
  });

  test('has a GitHub login that nobody else of the organisation has; nobody needs one', async () => {
    await addUser(ours, { githubLogin: 'octocat' });
    await expect(addUser(ours, { githubLogin: 'OctoCat' })).rejects.toThrow(/users_github_login_unique/);
    await addUser(theirs, { githubLogin: 'octocat' });
    await Promise.all([addUser(ours), addUser(ours)]);
  });

  test('has one of the three roles', async () => {
    const id = await addUser(ours);
    const made = inOurs((em) =>
      em.execute(`insert into memberships (id, organization_id, user_id, role) values (?, ?, ?, 'owner')`, [
        randomUUID(),
        ours,
        id,
      ]),
    );
    await expect(made).rejects.toThrow(/memberships_role_check/);
  });
});

test('who saves what another has changed since is told', async () => {
  const id = await addUser(ours);
  const stale = inOurs(async (em) => {
    const row = await em.findOneOrFail(User, id);
    await inOurs((other) => other.execute('update users set version = version + 1 where id = ?', [id]));
    row.name = 'Too late';
  });
  await expect(stale).rejects.toThrow(/optimistic lock/i);
});
