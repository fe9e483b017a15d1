import {
  type InvalidateOptions,
  type InvalidateQueryFilters,
  type Query,
  QueryClient,
  type QueryFilters,
  type QueryKey,
} from "@tanstack/react-query";

/**
 * What changes while something is read for the first time may not be in that answer, which the library would keep: it is asked for once
 * more after it. (A later reading that is under way is begun again by the library itself.)
 */
export class FreshQueryClient extends QueryClient {
  private readonly again = new WeakSet<object>();

  override invalidateQueries<T extends QueryKey = QueryKey>(
    filters?: InvalidateQueryFilters<T>,
    options?: InvalidateOptions,
  ): Promise<void> {
    const underWay = { ...filters, type: "active", fetchStatus: "fetching" } as QueryFilters;
    for (const query of this.getQueryCache().findAll(underWay)) this.readAgainAfter(query);
    return super.invalidateQueries(filters, options);
  }

  private readAgainAfter(query: Query): void {
    if (query.state.data !== undefined || this.again.has(query)) return;
    this.again.add(query);
    const { queryKey } = query;
    const over = () => {
      this.again.delete(query);
    };
    const answered = () => {
      over();
      void super.invalidateQueries({ queryKey, exact: true });
    };
    void query.fetch().then(answered, over);
  }
}
