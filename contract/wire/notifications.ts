import { z } from "zod";
import { storableText, typedText } from "../wireText.ts";

/** Bounds of notifications. */
export const notificationLimits = {
  /** Webhooks of one experiment, and of a whole server. */
  hooks: 10,
  urlLength: 2_000,
  /** Notifications of one webhook that wait to be sent; what comes on top is not kept. */
  waiting: 500,
} as const;

export const notificationEvents = ["experiment.ended", "run.failed", "metric.passed"] as const;
export type NotificationEvent = (typeof notificationEvents)[number];

/** A bound that a run's metric may pass, and from which side. */
export const metricBound = z.strictObject({
  /** A series key; of a layer's metric, one without a layer means the last layer's. */
  key: typedText(200, "a metric").regex(/^(train|test|log)\/\S.*$/, 'name the metric as "train/nc1.pinv" or "log/loss"'),
  passes: z.enum(["below", "above"]),
  value: z.number("give a number"),
});
export type MetricBound = z.infer<typeof metricBound>;

/** What a browser keeps of what it was asked to tell. */
export const notificationWishes = z.object({ onEnd: z.boolean(), onFailure: z.boolean(), bound: metricBound.nullable() });

const address = typedText(notificationLimits.urlLength, "an address")
  .trim()
  .refine(
    (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
    "give an address that begins with https:// or http://",
  )
  .refine((text) => !URL.canParse(text) || new URL(text).username + new URL(text).password === "", {
    message: "leave user name and password out of the address: the signature shows who sends",
  });

export const createHookRequest = z
  .strictObject({
    /** null: of every experiment; only who manages the server may have such a webhook. */
    experimentId: z.uuid().nullable(),
    url: address,
    onEnd: z.boolean().default(true),
    onFailure: z.boolean().default(true),
    bound: metricBound.nullable().default(null),
  })
  .refine(({ onEnd, onFailure, bound }) => onEnd || onFailure || bound !== null, {
    path: ["onEnd"],
    message: "choose at least one occasion",
  });
export type CreateHookRequest = z.infer<typeof createHookRequest>;

export const listHooksRequest = z.strictObject({ experimentId: z.uuid().nullable().default(null) });

export interface HookView {
  id: string;
  experimentId: string | null;
  experimentName: string | null;
  url: string;
  onEnd: boolean;
  onFailure: boolean;
  bound: MetricBound | null;
  createdAt: string;
  /** Those that wait, also for a further try. */
  waiting: number;
  /** null: nothing was sent yet. */
  last: { at: string; sent: boolean; problem: string | null } | null;
}

/** What a webhook is sent. `text` says all of it in a sentence, as chat programs show it. */
export interface NotificationBody {
  /** The same at each further try: whoever has seen it has seen the notification. */
  id: string;
  event: NotificationEvent | "test";
  at: string;
  text: string;
  experiment: { id: string; name: string; url: string } | null;
  run?: { id: string; url: string; config: unknown; failure?: { code: string; message: string } | null };
  counts?: Record<string, number>;
  metric?: MetricBound & { measured: number; step: number };
}

/** The value of a run's metric by `MetricBound.key`, and its full key; null where it has none yet. */
export function boundValue(last: Record<string, number>, key: string): number | null {
  if (Object.hasOwn(last, key)) return last[key] ?? null;
  if (key.includes("@")) return null;
  let deepest: { layer: number; value: number } | null = null;
  for (const [name, value] of Object.entries(last)) {
    if (!name.startsWith(`${key}@`)) continue;
    const layer = Number(name.slice(key.length + 1));
    if (layer > (deepest?.layer ?? 0)) deepest = { layer, value };
  }
  return deepest?.value ?? null;
}

export const hasPassed = (bound: MetricBound, measured: number): boolean =>
  bound.passes === "below" ? measured < bound.value : measured > bound.value;

/** "train/nc1.pinv below 0.01" */
export const boundText = ({ key, passes, value }: MetricBound): string => `${storableText(key, 80)} ${passes} ${value}`;
