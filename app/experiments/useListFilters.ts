"use client";
import { useMemo } from "react";
import { limits } from "../../contract/limits.ts";
import { experimentStatuses } from "../../contract/status.ts";
import { experimentSorts, type ListExperimentsRequest } from "../../contract/wire/requests.ts";
import { storableText } from "../../contract/wireText.ts";
import { type AddressPatch, useAddress } from "../address/useAddress.ts";

export const pageSize = 50;

type Sort = ListExperimentsRequest["sort"];

/** What the list shows, read from the address; parameters nobody knows are ignored. */
export function useListFilters() {
  const address = useAddress();
  return useMemo(() => {
    const search = storableText(address.get("q") ?? "", 200);
    const status = experimentStatuses.find((name) => name === address.get("status"));
    const tag = storableText(address.get("tag") ?? "", limits.tagLength) || undefined;
    const removed = address.has("deleted");
    const archived = address.has("archived") && !removed;
    const sort: Sort = experimentSorts.find((name) => name === address.get("sort")) ?? "updated";
    const direction: "asc" | "desc" = address.get("dir") === "asc" ? "asc" : "desc";
    const page = Math.min(20_000, Math.max(0, Math.floor(Number(address.get("page")) || 0)));
    const request: ListExperimentsRequest = {
      search: search.trim() || undefined,
      status,
      tag,
      archived,
      removed,
      sort,
      direction,
      limit: pageSize,
      offset: page * pageSize,
    };
    return {
      search,
      status,
      tag,
      archived,
      removed,
      sort,
      direction,
      page,
      request,
      /** Whether anything but the order is chosen. */
      filtered: Boolean(request.search || status || tag),
      /** Changes filters and goes back to the first page. */
      change: (patch: AddressPatch) => address.set({ page: null, ...patch }),
      toggleSort: (by: Sort) => {
        const first = by === "name" ? "asc" : "desc";
        const next = sort === by ? (direction === "asc" ? "desc" : "asc") : first;
        address.set({ sort: by === "updated" ? null : by, dir: next === "desc" ? null : "asc", page: null });
      },
    };
  }, [address]);
}
