"use client";
import { createContext, useContext } from "react";

export const ShareTokenContext = createContext<string | null>(null);

/** The share token through which this page is read, or null for the owner. */
export const useShareToken = (): string | null => useContext(ShareTokenContext);
