import type { FastifyRequest } from 'fastify';

export interface PageOf<Item> {
  items: Item[];
  page: number;
  perPage: number;
  total: number;
  lastPage: number;
}

interface Link {
  url: string | null;
  label: string;
  page: number | null;
  active: boolean;
}

/** How many pages are linked on each side of the current one. */
const ON_EACH_SIDE = 3;

/** The page as Laravel's LengthAwarePaginator writes it. Links keep the other parameters of the query. */
export function paginator<Item, Shown>(
  request: FastifyRequest,
  { items, page, perPage, total, lastPage }: PageOf<Item>,
  present: (item: Item) => Shown,
) {
  const path = `${request.protocol}://${request.host}${request.url.split('?')[0]}`;
  const query = new URLSearchParams(request.url.split('?')[1]);
  const urlOf = (number: number) => {
    query.delete('page');
    query.append('page', String(number));
    return `${path}?${query}`;
  };
  const at = (number: number, isThere: boolean) => (isThere ? urlOf(number) : null);
  const from = (page - 1) * perPage + 1;
  return {
    current_page: page,
    data: items.map(present),
    first_page_url: urlOf(1),
    from: items.length > 0 ? from : null,
    last_page: lastPage,
    last_page_url: urlOf(lastPage),
    links: links(page, lastPage, at),
    next_page_url: at(page + 1, page < lastPage),
    path,
    per_page: perPage,
    prev_page_url: at(page - 1, page > 1),
    to: items.length > 0 ? from + items.length - 1 : null,
    total,
  };
}

function links(page: number, lastPage: number, at: (page: number, isThere: boolean) => string | null): Link[] {
  const numbers = linkedPages(page, lastPage).map((number): Link => {
    if (number === null) return { url: null, label: '...', page: null, active: false };
    return { url: at(number, true), label: String(number), page: number, active: number === page };
  });
  const edge = (label: string, number: number, isThere: boolean): Link => {
    return { url: at(number, isThere), label, page: isThere ? number : null, active: false };
  };
  return [edge('&laquo; Previous', page - 1, page > 1), ...numbers, edge('Next &raquo;', page + 1, page < lastPage)];
}

/** Which pages Laravel links: all of a few, else both ends and those around the current one; null for what is left out. */
function linkedPages(page: number, lastPage: number): (number | null)[] {
  const window = ON_EACH_SIDE + 4;
  if (lastPage < ON_EACH_SIDE * 2 + 8) return range(1, lastPage);
  const start = range(1, 2);
  const finish = range(lastPage - 1, lastPage);
  if (page <= window) return [...range(1, window + ON_EACH_SIDE), null, ...finish];
  if (page > lastPage - window) return [...start, null, ...range(lastPage - (window + ON_EACH_SIDE - 1), lastPage)];
  return [...start, null, ...range(page - ON_EACH_SIDE, page + ON_EACH_SIDE), null, ...finish];
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}
