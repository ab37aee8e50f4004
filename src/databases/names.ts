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

/** Every role that logs in with a password of our own making. */
export const loginRoles: LoginRole[] = [
  ...databaseNames.flatMap((name) => [userOf(name), maintenanceOf(name)]),
  queueUser,
];

export type LoginRole = `${DatabaseName}_user` | `${DatabaseName}_maintenance` | typeof queueUser;
