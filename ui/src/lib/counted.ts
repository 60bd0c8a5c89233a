/** `1,204`: how every number of things is written. */
export const count = (n: number): string => n.toLocaleString("en-GB");

/** `1 line`, `1,204 lines`. */
export const several = (n: number, one: string, many: string): string => `${count(n)} ${n === 1 ? one : many}`;
