import type { ReactNode } from "react";

export function Section({ title, id, children }: { title: string; id: string; children: ReactNode }) {
  return (
    <section aria-labelledby={`${id}-heading`} className="space-y-3">
      <h2 id={`${id}-heading`} className="border-line border-b pb-1 font-semibold text-lg">
        {title}
      </h2>
      {children}
    </section>
  );
}
