import { Badge } from "../../ui/Badge.tsx";

/** "data a1b2c3d4" at runs whose data are not those of others under the same name. */
export const DataBadge = ({ data }: { data: string }) =>
  data === "" ? null : (
    <Badge tone="warn" title="Several data sets have this name; runs are averaged only with others on the same data">
      {data}
    </Badge>
  );
