import type { ListRequest, ListResult, SortKey } from '@org/enterprise-http';

/** Sorts what a repository in memory has found, and takes the page that was asked for. */
export function pageOf<Item>(found: readonly Item[], { page, pageSize, sort, after }: ListRequest<string, unknown>, sortKey: (item: Item, field: string) => SortKey): ListResult<Item> {
  const compare = (a: readonly SortKey[], b: readonly SortKey[]): number => {
    for (const [i, { direction }] of sort.entries()) {
      const [x, y] = [a[i]!, b[i]!];
      if (x !== y) return (x < y ? -1 : 1) * (direction === 'asc' ? 1 : -1);
    }
    return 0;
  };
  const keyed = found
    .map((item) => ({ item, key: sort.map(({ field }) => sortKey(item, field)) }))
    .sort((a, b) => compare(a.key, b.key));
  const rest = after ? keyed.filter(({ key }) => compare(key, after) > 0) : keyed.slice((page! - 1) * pageSize);
  return { items: rest.slice(0, pageSize).map(({ item }) => item), total: keyed.length, more: rest.length > pageSize };
}
