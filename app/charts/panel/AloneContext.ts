"use client";
import { createContext } from "react";

/** A chart that stands alone in a frame of another page: so high, without choices and files. null: it is one of a page's charts. */
export const AloneContext = createContext<{ height: number } | null>(null);
