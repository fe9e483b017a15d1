import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "postgresql",
  schema: ["./db/schema.ts", "./db/peopleSchema.ts", "./db/clusterSchema.ts", "./db/notificationSchema.ts"],
  out: "./db/migrations",
});
