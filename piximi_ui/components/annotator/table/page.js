// How many rows a page of the table has, as the server has them.

export const PAGE = 50;
