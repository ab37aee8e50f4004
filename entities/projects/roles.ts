/** What somebody may do in an organisation: look; also put workflows in and answer them; also administer it. */
export const roles = ['viewer', 'operator', 'admin'] as const;

export type Role = (typeof roles)[number];
