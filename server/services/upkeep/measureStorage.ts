import type { StorageView } from "../../../contract/wire/views.ts";
import { readStorage } from "../../../db/queries/storage.ts";
import type { ServiceContext } from "../../context/serviceContext.ts";

/** What the database takes of its disk, and what of it takes most. */
export const measureStorage = ({ database }: ServiceContext): Promise<StorageView> => readStorage(database);
