// Makes a short name for a long address.
import { customAlphabet } from "nanoid";

// Without 0, 1, i, l and o, which people mistake for one another.
const shortName = customAlphabet("23456789abcdefghjkmnpqrstuvwxyz", 8);

export const handler = async ({ url } = {}) => {
  if (!URL.canParse(url)) {
    throw new TypeError(`${url} is no address`);
  }
  return { url, name: shortName() };
};
