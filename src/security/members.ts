/** The people of an organisation: taken in, given another role, let go. One of them can always administer it. */
import { type EntityManager, LockMode, UniqueConstraintViolationException } from '@mikro-orm/postgresql';
import { Membership } from '../../entities/projects/membership.ts';
import { Organization } from '../../entities/projects/organization.ts';
import type { Role } from '../../entities/projects/roles.ts';
import { User } from '../../entities/projects/user.ts';
import { literally } from '../databases/like.ts';
import type { OrganizationDatabases } from '../databases/tenancy.ts';
import { deriveId } from '../engine/derive.ts';
import { Refusal } from '../engine/refusal.ts';
import { refuseStale } from '../engine/refuse-stale.ts';

export type Member = { membership: Membership; user: User };

export type NewMember = {
  /** Of the membership. */
  id: string;
  name: string;
  email: string;
  githubLogin: string | null;
  role: Role;
};

/** In the order of their names. */
export async function findMembers(em: EntityManager, which: { id?: string } = {}): Promise<Member[]> {
  const memberships = await em.find(Membership, which);
  const users = await em.find(User, { id: memberships.map(({ userId }) => userId) });
  const byId = new Map(users.map((user) => [user.id, user]));
  return memberships
    .flatMap((membership) => {
      const user = byId.get(membership.userId);
      return user ? [{ membership, user }] : [];
    })
    .sort((one, other) => one.user.name.localeCompare(other.user.name));
}

/** Takes in somebody; a person of the organisation who was let go before is the same one. Throws a {@link Refusal}. */
export async function addMember(
  db: OrganizationDatabases,
  organizationId: string,
  { id, name, email, githubLogin, role }: NewMember,
): Promise<Member> {
  try {
    return await db.projects(async (em) => {
      const known = await em.findOne(User, { email: { $ilike: literally(email) }, deactivatedAt: null });
      const user =
        known ?? em.create(User, { id: deriveId('user', id), organizationId, name, email, githubLogin });
      await em.persist(user).flush();
      const membership = em.create(Membership, { id, organizationId, userId: user.id, role });
      await em.persist(membership).flush();
      return { membership, user };
    });
  } catch (error) {
    if (!(error instanceof UniqueConstraintViolationException)) throw error;
    throw new Refusal('conflict', sentences[constraintOf(error)] ?? sentences.default);
  }
}

const sentences = {
  memberships_organization_id_user_id_unique: 'Somebody with this address is a member already.',
  users_github_login_unique: 'Another member has this login at GitHub.',
  users_email_unique:
    'There is an account with this address in another organisation; only the operator of the installation can admit it.',
  default: 'There is such a member already.',
} as Record<string, string> & { default: string };

const constraintOf = (error: Error): string => ('constraint' in error ? String(error.constraint) : '');

/** Throws a {@link Refusal} where there would be nobody left who may administer. */
export function changeRole(
  db: OrganizationDatabases,
  organizationId: string,
  { id, role, version }: { id: string; role: Role; version: number | undefined },
): Promise<Member> {
  return db.projects(async (em) => {
    const member = await lockedMember(em, organizationId, id, version);
    if (role !== 'admin') await keepAnAdmin(em, member);
    member.membership.role = role;
    await em.flush();
    return member;
  });
}

/** What he did stays, in his name. Throws a {@link Refusal} for the last one who may administer. */
export function removeMember(
  db: OrganizationDatabases,
  organizationId: string,
  { id, version }: { id: string; version: number | undefined },
): Promise<void> {
  return db.projects(async (em) => {
    const member = await lockedMember(em, organizationId, id, version);
    await keepAnAdmin(em, member);
    em.remove(member.membership);
  });
}

/** Changes of members take turns, or two admins who let each other go would both find one left. */
async function lockedMember(
  em: EntityManager,
  organizationId: string,
  id: string,
  version: number | undefined,
): Promise<Member> {
  await em.findOneOrFail(Organization, organizationId, { lockMode: LockMode.PESSIMISTIC_WRITE });
  const [member] = await findMembers(em, { id });
  if (!member) throw new Refusal('not-found', `There is no member ${id}.`);
  refuseStale('membership', member.membership, version);
  return member;
}

async function keepAnAdmin(em: EntityManager, { membership, user }: Member): Promise<void> {
  if (membership.role !== 'admin') return;
  if ((await em.count(Membership, { id: { $ne: membership.id }, role: 'admin' })) > 0) return;
  throw new Refusal('conflict', `${user.name} is the last admin; make somebody else one before.`);
}
