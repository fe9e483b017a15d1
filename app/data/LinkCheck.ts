"use client";
import { createContext } from "react";

/** Asks whether the link that a page is read through is still valid. */
export const LinkCheckContext = createContext<() => void>(() => {});
