/** What the databases and their roles are called on the server. */
import { type DatabaseName, databaseNames } from '../config.ts';

/** The database called `<name>` here, on the default server. */
export const databaseOf = (name: DatabaseName) => `${name}_db`;

/** Owns schema and tables; nobody logs in as it. */
export const ownerOf = (name: DatabaseName) => `${name}_owner`;

/** What the application logs in as: reads and writes the rows of one organisation at a time. */
export const userOf = (name: DatabaseName) => `${name}_user` as const;

/** What reconciliation and retention log in as: reads and writes the rows of all organisations. */
export const maintenanceOf = (name: DatabaseName) => `${name}_maintenance` as const;

/** Owns the queue's schema in workflows_db and reaches nothing else. */
export const queueUser = 'queue_user';
export const queueSchema = 'bullmq';

/** Holds the partitions of tables that are kept by month; only the owner may use it. */
export const partitionsSchema = 'partitions';

/** Reads every table and view of all eight, of all organisations, and writes nothing. */
export const analyticsReader = 'analytics_readonly';

/** Administers the eight databases and their roles: acts as the owners, and is no superuser. */
export const administrator = 'graph_sitter_admin';

/** Every role that logs in with a password of our own making. */
export const loginRoles: LoginRole[] = [
  ...databaseNames.flatMap((name) => [userOf(name), maintenanceOf(name)]),
  queueUser,
  analyticsReader,
  administrator,
];

export type LoginRole =
  | `${DatabaseName}_user`
  | `${DatabaseName}_maintenance`
  | typeof queueUser
  | typeof analyticsReader
  | typeof administrator;

/** The environment variable that gives a role its password; without it, one is made and kept in the secrets file. */
export const passwordVariable = (role: LoginRole) => `${role.toUpperCase()}_PASSWORD`;
