import { drawChart } from "../charts/export/drawChart.ts";
import type { ChartFigure } from "../charts/export/figure.ts";
import { inBothThemes } from "./inBothThemes.ts";

/** Of a drawing, what a picture shows. */
export interface Drawn
  extends Pick<ChartFigure, "title" | "x" | "y" | "series" | "floor">,
    Partial<Pick<ChartFigure, "references" | "wedges" | "drops">> {
  notices: readonly (string | null)[];
}

interface PictureProps {
  id: string;
  drawn: Drawn;
  /** What stands below a figure above. */
  said?: Drawn["notices"];
  width: number;
  height: number;
}

/** A chart as it is seen without any code. */
export function Picture({ id, drawn, said = [], width, height }: PictureProps) {
  const { title, x, y, series, floor, references = [], wedges = [], drops = [] } = drawn;
  const notes = drawn.notices.filter((text) => text !== null).filter((text) => !said.includes(text));
  const figure: ChartFigure = {
    ...{ kind: "chart", panelId: `picture-${id}`, title, notes, x, y, series, references, wedges, drops, floor, smoothing: 0 },
  };
  const [light, dark] = [false, true].map((isDark) =>
    drawChart(figure, { ground: "transparent", dark: isDark }, { width, height }),
  );
  if (light === undefined || dark === undefined) return null;
  return (
    <figure className="picture min-w-0 break-inside-avoid rounded-lg border border-line bg-surface p-3">
      <svg
        viewBox={`0 0 ${light.width} ${light.height}`}
        role="img"
        aria-label={title}
        style={{ fontFamily: "var(--font-body)" }}
        // biome-ignore lint/security/noDangerouslySetInnerHtml: drawn by this program, every text in it escaped
        dangerouslySetInnerHTML={{ __html: inBothThemes(light.markup, dark.markup) }}
      />
      {notes.length > 0 && <figcaption className="mt-1 text-ink-faint text-xs">{notes.join("; ")}.</figcaption>}
    </figure>
  );
}
