// Which key labels with which category: what its badge shows and what is to be typed, everywhere.

import { NEW } from "../shared/queue.js";

export const REMOVE = "U"; // takes a label away, so it stands for Unknown where 0 is another's
const NUMBER = /^(?:0|[1-9]\d?)$/;

/**
 * The categories with the `key` of each, Unknown first as they come. Unknown has 0 and the others
 * 1, 2, … as in Piximi; but a category that is named with a number has that number, so that "2" is
 * never to be typed as 3, and the others share what is left. A number of two digits that nobody
 * would reach by counting ("50" of five) is a name like any other: it would only slow the 5 down.
 *
 * @param {{id: string, name: string}[]} categories
 */
export function withKeys(categories) {
  const owners = new Map(); // category's place by number
  categories.forEach(({ name }, place) => {
    if (place === 0 || !NUMBER.test(name) || owners.has(Number(name))) return;
    if (name.length === 1 || Number(name) < categories.length) owners.set(Number(name), place);
  });
  const keys = new Map([[0, owners.has(0) ? REMOVE : "0"]]);
  for (const [number, place] of owners) keys.set(place, String(number));
  let free = 1;
  categories.forEach((_, place) => {
    if (keys.has(place)) return;
    while (owners.has(free)) free += 1;
    keys.set(place, String(free));
    free += 1;
  });
  return categories.map((category, place) => ({ ...category, key: keys.get(place) }));
}

/**
 * The categories, and those that are being created, which have their keys at once: the project puts
 * new ones last, too. Until it has answered they are labelled with by name.
 *
 * @param {{id: string, name: string}[]} categories as the project has them
 * @param {string[]} names of those that wait to be created
 */
export function withCreated(categories, names) {
  const known = new Set(categories.map(({ name }) => name));
  const created = names.filter((name) => !known.has(name));
  return withKeys([...categories, ...created.map((name) => ({ id: NEW + name, name, color: "#808080" }))]);
}

/** Whether a category is still to be created: until then it is labelled with by name. */
export const isNew = ({ id }) => id.startsWith(NEW);

/** The category of what was typed, or null. */
export function ofKey(categories, typed) {
  return categories.find(({ key }) => key === typed) ?? null;
}

/** Whether more digits may follow: another key begins with what was typed. */
export function mayGoOn(categories, typed) {
  return categories.some(({ key }) => key !== typed && key.startsWith(typed));
}
